import { describe, expect, test } from '@jest/globals'
import { HOUR, MINUTE, retentionBench } from './testing/retention-bench.ts'
import { eachLog, brief, EVENTS, keys, PODS } from './testing/storage-bench.ts'

eachLog((open) => {
  const parts = retentionBench(open)

  describe('startRetention() of Events', () => {
    test('deletes an Event an hour after its last write, as a deletion that watchers see', async () => {
      const { bench, errors, start } = parts()
      start({ cause: () => 'actor/7' })
      const { events } = bench.watch({ since: 0 }, EVENTS)
      await bench.put('a/first', { n: '1' }, EVENTS)
      await bench.put('a/pod')
      await bench.clock.advance(30 * MINUTE)
      await bench.put('a/second', {}, EVENTS)
      await bench.put('a/first', { n: '2' }, EVENTS)
      await bench.clock.advance(30 * MINUTE)
      await bench.put('a/third', {}, EVENTS)
      await bench.clock.advance(30 * MINUTE - 1)
      expect(keys(bench.storage.list(EVENTS, true, {}).items)).toEqual(['a/first@4', 'a/second@3', 'a/third@5'])
      await bench.clock.advance(1)
      expect(brief(events.slice(-2))).toEqual(['DELETED a/second@6', 'DELETED a/first@7'])
      expect(events.at(-1)!.object.object.metadata!.labels).toEqual({ n: '2' })
      expect(bench.log.entry(7)).toMatchObject({ operation: 'delete', cause: 'actor/7' })
      expect(keys(bench.storage.list(EVENTS, true, {}).items)).toEqual(['a/third@5'])
      await bench.clock.advance(HOUR)
      expect(bench.storage.count(EVENTS)).toBe(0)
      expect(bench.storage.count(PODS)).toBe(1)
      expect(errors).toEqual([])
    })

    test('erases the values of every version of an Event that is gone, and keeps the chain whole', async () => {
      const { bench, start, kept } = parts()
      start()
      for (const n of ['1', '2', '3']) await bench.put('a/one', { n }, EVENTS)
      await bench.put('a/pod')
      await bench.put('a/pod')
      await bench.clock.advance(HOUR)
      expect(kept(EVENTS)).toEqual([1, 2, 3, 6])
      await bench.clock.advance(7 * MINUTE)
      expect(kept(EVENTS)).toEqual([6])
      expect(JSON.parse(Buffer.from(bench.log.entry(6)!.value!).toString())).toEqual({
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { namespace: 'a', name: 'one', uid: 'uid of a/one', resourceVersion: '6' },
      })
      expect(kept(PODS)).toEqual([4, 5])
      expect(bench.log.verify().problems).toEqual([])
    })

    test('erases an Event that somebody deleted, and one of the other API group', async () => {
      const { bench, start, kept } = parts()
      start()
      const other = { group: 'events.k8s.io', resource: 'events' }
      await bench.put('a/one', {}, EVENTS)
      await bench.remove('a/one', EVENTS)
      await bench.put('a/two', {}, other)
      await bench.clock.advance(HOUR + 7 * MINUTE)
      expect(kept(EVENTS)).toEqual([2])
      expect(bench.storage.count(other)).toBe(0)
      expect(kept(other)).toEqual([4])
    })

    test('deletes many Events in several commits', async () => {
      const { bench, start } = parts()
      start({ eventTtlMs: 5 * MINUTE })
      const commits = Array.from({ length: 1200 }, (_, n) => bench.storage.commit([bench.putting(`a/${n}`, {}, EVENTS)]))
      await bench.log.flush()
      await Promise.all(commits)
      const sizes: number[] = []
      bench.log.onCommit(({ entries }) => sizes.push(entries.length))
      await bench.clock.advance(5 * MINUTE + 1000)
      expect(sizes).toEqual([500, 500, 200])
    })

    test('goes on after a failure of whatever it calls', async () => {
      const { bench, errors, start } = parts()
      let failing = true
      const { storage } = bench
      const get = storage.get.bind(storage)
      start({
        cause: () => {
          if (failing) throw new RangeError('of the cause')
          return 'actor/7'
        },
      })
      await bench.put('a/one', {}, EVENTS)
      await bench.clock.advance(HOUR)
      expect(errors).toEqual([new RangeError('of the cause')])
      storage.get = () => {
        throw new RangeError('of the storage')
      }
      await bench.clock.advance(10_000)
      expect(errors).toEqual([new RangeError('of the cause'), new RangeError('of the storage')])
      storage.get = get
      failing = false
      await bench.clock.advance(10_000)
      expect(storage.count(EVENTS)).toBe(0)
    })

    test('leaves an Event alone that is written in the moment in which it expires', async () => {
      const { bench, errors, start } = parts()
      start()
      await bench.put('a/one', {}, EVENTS)
      const { storage } = bench
      const commit = storage.commit.bind(storage)
      let writing: Promise<unknown> | undefined
      storage.commit = (writes, options) => {
        writing ??= commit([bench.putting('a/one', { n: '2' }, EVENTS)])
        return commit(writes, options)
      }
      await bench.clock.advance(HOUR)
      await writing
      expect(keys(storage.list(EVENTS, true, {}).items)).toEqual(['a/one@2'])
      await bench.clock.advance(HOUR)
      expect(storage.count(EVENTS)).toBe(0)
      expect(errors).toEqual([])
    })
  })
})
