import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { ExpectationFailed } from '@kubetape/eventlog'
import { Storage } from './storage.ts'
import { type Bench, brief, eachLog, JOBS, keys, objectOf, PODS } from './testing/storage-bench.ts'

eachLog((open) => {
  let bench: Bench
  beforeEach(() => {
    bench = open(new VirtualClock())
  })
  afterEach(() => bench.close())

  describe('Storage.commit()', () => {
    test('numbers writes one by one over all resources, without a gap, and puts the revision into the object', async () => {
      expect(await bench.put('a/one')).toBe(1)
      expect(await bench.put('a/job', {}, JOBS)).toBe(2)
      expect(await bench.put('a/one')).toBe(3)
      expect(bench.storage.get(PODS, 'a', 'one')!.object.metadata).toMatchObject({ name: 'one', resourceVersion: '3' })
      expect(bench.storage.revision).toBe(3)
    })

    test('keeps exactly the bytes that the log has, and freezes the object', async () => {
      await bench.put('a/one', { state: 'on' })
      const stored = bench.storage.get(PODS, 'a', 'one')!
      expect(stored.bytes).toEqual(bench.log.entry(1)!.value)
      expect(JSON.parse(Buffer.from(stored.bytes).toString())).toEqual(stored.object)
      expect(Object.isFrozen(stored.object.metadata!.labels)).toBe(true)
    })

    test('R18 compares and sets: a write on an old revision is refused and burns no revision', async () => {
      await bench.put('a/one')
      await bench.put('a/one')
      const at = (name: string) => ({ ...PODS, namespace: 'a', name, object: objectOf(`a/${name}`) })
      for (const refused of [
        { ...at('one'), operation: 'update' as const, expect: 1 },
        { ...at('one'), operation: 'create' as const, expect: 0 },
        { ...at('two'), operation: 'delete' as const, expect: 2 },
      ]) {
        await expect(bench.write(refused)).rejects.toThrow(ExpectationFailed)
      }
      expect(await bench.put('a/two')).toBe(3)
    })

    test('lets exactly one of two writers through that stand on the same revision', async () => {
      await bench.put('a/one')
      const both = Promise.allSettled([1, 2].map((n) => bench.storage.commit([bench.putting('a/one', { n: String(n) })])))
      await bench.clock.advance(0)
      const outcomes = await both
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      expect(bench.storage.get(PODS, 'a', 'one')!.object.metadata!.labels).toEqual({ n: '1' })
    })

    test('refuses only when what won can be read, so that trying again at once leads somewhere', async () => {
      await bench.put('a/one')
      const winning = bench.storage.commit([bench.putting('a/one')])
      const stale = bench.storage.commit([bench.putting('a/one')]).catch(() => bench.storage.get(PODS, 'a', 'one')!.revision)
      await bench.clock.advance(0)
      await winning
      expect(await stale).toBe(2)
    })

    test('is all or nothing over several objects', async () => {
      await bench.put('a/one')
      const { events } = bench.watch({ since: 1 })
      const mixed = bench.write(bench.putting('a/new'), { ...bench.putting('a/one'), expect: 7 })
      await expect(mixed).rejects.toThrow(ExpectationFailed)
      expect(bench.storage.get(PODS, 'a', 'new')).toBeUndefined()
      expect(events).toEqual([])
      expect(await bench.write(bench.putting('a/new'), bench.putting('a/one'), bench.putting('a/job', {}, JOBS))).toEqual([2, 3, 4])
      expect(brief(events)).toEqual(['ADDED a/new@2', 'MODIFIED a/one@3'])
    })

    test('shows no object of a refused write when its revision goes to another', async () => {
      await bench.put('a/one')
      const refused = bench.storage.commit([bench.putting('a/bad'), { ...bench.putting('a/one'), expect: 9 }])
      const taken = bench.storage.commit([bench.putting('a/good')])
      await Promise.allSettled([refused, taken, bench.clock.advance(0)])
      expect(bench.storage.get(PODS, 'a', 'good')).toMatchObject({ revision: 2, name: 'good' })
      expect(bench.storage.get(PODS, 'a', 'bad')).toBeUndefined()
    })

    test('takes what somebody else appends from its bytes, also at a revision that a refused write had', async () => {
      const refused = bench.storage.commit([bench.putting('a/bad'), { ...bench.putting('a/worse'), expect: 9 }])
      const encode = (revision: number): Uint8Array =>
        Buffer.from(JSON.stringify({ metadata: { name: 'other', resourceVersion: String(revision) } }))
      const other = bench.log.append({ entries: [{ key: '/pods/a/other', operation: 'create', expect: 0, encode }] })
      await Promise.allSettled([refused, other, bench.clock.advance(0)])
      expect(bench.storage.get(PODS, 'a', 'other')!.object).toEqual({ metadata: { name: 'other', resourceVersion: '1' } })
    })

    test('resolves after every watcher had its event', async () => {
      const { events } = bench.watch()
      const committed = bench.storage.commit([bench.putting('a/one')]).then(() => events.length)
      await bench.log.flush()
      expect(await committed).toBe(1)
    })

    test('writes cause and side records in the commit of the entries', async () => {
      const committed = bench.storage.commit([bench.putting('a/one')], {
        cause: 'run/1',
        records: [{ stream: 'run', key: 'r', value: Buffer.from('x') }],
      })
      await bench.log.flush()
      await committed
      expect(bench.log.entry(1)!.cause).toBe('run/1')
      expect(bench.log.records('run')).toHaveLength(1)
    })

    test('keeps of a slim deletion only what names the object, while watchers get it whole', async () => {
      await bench.put('a/one', { state: 'on' })
      const { events } = bench.watch({ since: 1 })
      await bench.write({ ...bench.removing('a/one'), slim: true })
      expect(events[0]).toMatchObject({ type: 'DELETED', revision: 2 })
      expect(events[0]!.object.object.metadata!.labels).toEqual({ state: 'on' })
      const logged = JSON.parse(Buffer.from(bench.log.entry(2)!.value!).toString()) as KubeObject
      expect(logged).toEqual({
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { namespace: 'a', name: 'one', uid: 'uid of a/one', resourceVersion: '2' },
      })
      expect(bench.log.verify().problems).toEqual([])
    })
  })

  describe('Storage.get()', () => {
    test('R2 shows the newest version, and nothing after the deletion', async () => {
      await bench.put('a/one')
      await bench.put('a/one', { n: '2' })
      expect(bench.storage.get(PODS, 'a', 'one')).toMatchObject({ revision: 2 })
      expect(bench.storage.get(PODS, 'b', 'one')).toBeUndefined()
      await bench.remove('a/one')
      expect(bench.storage.get(PODS, 'a', 'one')).toBeUndefined()
    })

    test('keeps cluster-scoped names and namespaces apart', async () => {
      await bench.put('one')
      await bench.put('one/x')
      expect(bench.storage.get(PODS, '', 'one')!.revision).toBe(1)
      expect(bench.storage.get(PODS, 'one', 'x')!.revision).toBe(2)
      expect(bench.storage.count(PODS)).toBe(2)
    })
  })

  describe('Storage.getAt()', () => {
    test('shows the object at each revision, and throws 410 below the compaction and where the value was erased', async () => {
      await bench.put('a/one', { n: '1' })
      await bench.put('a/one', { n: '2' })
      await bench.remove('a/one')
      await bench.put('a/one', { n: '4' })
      const at = (revision: number) => bench.storage.getAt(PODS, 'a', 'one', revision)?.object.metadata?.labels?.['n']
      expect([0, 1, 2, 3, 4].map(at)).toEqual([undefined, '1', '2', undefined, '4'])
      bench.log.erase([1])
      expect(() => at(1)).toThrow('too old resource version: 1 (the value of 1 was erased)')
      bench.log.compact(3)
      expect(() => at(2)).toThrow('too old resource version: 2 (3)')
      expect(at(4)).toBe('4')
    })
  })

  describe('Storage.waitFor()', () => {
    test('R9 throws 504 after three seconds when the revision does not come', async () => {
      await bench.put('a/one')
      const waiting = bench.storage.waitFor(99).then(
        () => undefined,
        (error: unknown) => error,
      )
      await bench.clock.advance(2999)
      await expect(Promise.race([waiting, Promise.resolve('waiting')])).resolves.toBe('waiting')
      await bench.clock.advance(51)
      expect(await waiting).toMatchObject({
        status: {
          code: 504,
          reason: 'Timeout',
          message: 'Timeout: Too large resource version: 99, current: 1',
          details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
        },
      })
    })

    test('R9 resolves when the revision comes in time, and at once when it is there', async () => {
      const waiting = bench.storage.waitFor(1)
      await bench.clock.advance(1000)
      await bench.put('a/one')
      const others = bench.clock.pendingTimers - 1
      await bench.clock.advance(50)
      await waiting
      await bench.storage.waitFor(1)
      expect(bench.clock.pendingTimers).toBe(others)
    })
  })

  describe('Storage.open()', () => {
    test('R22 shows the same state after a restart, and revisions go on', async () => {
      for (const key of ['a/one', 'a/two', 'b/one']) await bench.put(key, { state: 'on' })
      await bench.put('a/one')
      await bench.remove('a/two')
      await bench.put('a/job', {}, JOBS)
      const before = bench.storage.list(PODS, true, {})
      await bench.restart()
      const after = bench.storage.list(PODS, true, {})
      expect(keys(after.items)).toEqual(['a/one@4', 'b/one@3'])
      expect(after.items.map(({ object }) => object)).toEqual(before.items.map(({ object }) => object))
      expect([after.revision, bench.storage.revision]).toEqual([6, 6])
      expect(await bench.put('a/three')).toBe(7)
    })

    test('R22 keeps every live object over a compaction and a restart', async () => {
      for (let n = 0; n < 5; n++) await bench.put('a/one', { n: String(n) })
      await bench.put('a/two')
      bench.log.compact(6)
      await bench.restart()
      expect(keys(bench.storage.list(PODS, true, {}).items)).toEqual(['a/one@5', 'a/two@6'])
    })

    test('refuses a log whose keys are not its own', async () => {
      const entries = [{ key: 'foreign', operation: 'create' as const, expect: 0, encode: () => Buffer.from('{}') }]
      const appended = bench.log.append({ entries })
      bench.storage.close()
      await Promise.all([bench.log.flush(), appended])
      expect(() => Storage.open({ log: bench.log, clock: bench.clock })).toThrow('Cannot read log key "foreign"')
    })
  })

  describe('Storage.forget()', () => {
    test('lets go of the window of a resource that has no objects and no watchers, and of nothing else', async () => {
      await bench.put('a/one')
      bench.storage.forget(PODS)
      expect(bench.storage.count(PODS)).toBe(1)
      const watch = bench.watch({ since: 0 })
      await bench.remove('a/one')
      bench.storage.forget(PODS)
      await bench.put('a/two')
      await bench.remove('a/two')
      expect(watch.events).toHaveLength(4)
      watch.stop()
      bench.storage.forget(PODS)
      expect(() => bench.watch({ since: 0 })).toThrow('too old resource version: 0 (4)')
      const next = bench.watch({ since: 4 })
      await bench.put('a/three')
      expect([next.events.length, bench.storage.count(PODS)]).toEqual([1, 1])
    })
  })

  describe('Storage.close()', () => {
    test('ends delivery', async () => {
      const { events } = bench.watch()
      bench.storage.close()
      const committed = bench.storage.commit([bench.putting('a/one')])
      await bench.log.flush()
      await committed
      expect(events).toEqual([])
    })
  })
})
