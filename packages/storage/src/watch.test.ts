import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { seededRandom, randomInt } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { WATCH_WINDOW_MAX } from './resource-cache.ts'
import { type Bench, brief, eachLog, isOn, JOBS, keys, LEASES, PODS } from './testing/storage-bench.ts'

eachLog((open) => {
  let bench: Bench
  beforeEach(() => {
    bench = open(new VirtualClock())
  })
  afterEach(() => bench.close())

  /** Random creations, updates and deletions of few keys, several in some commits. */
  async function churn(writes: number, seed: number): Promise<void> {
    const random = seededRandom(seed)
    for (let done = 0; done < writes;) {
      const chosen = new Set(
        Array.from({ length: 1 + randomInt(random, 3) }, () => `${'ab'[randomInt(random, 2)]}/${randomInt(random, 6)}`),
      )
      await bench.write(
        ...[...chosen].map((key) => {
          const [namespace, name] = key.split('/') as [string, string]
          const exists = bench.storage.get(PODS, namespace, name) !== undefined
          return exists && randomInt(random, 3) === 0
            ? bench.removing(key)
            : bench.putting(key, randomInt(random, 2) === 0 ? { state: 'on' } : {})
        }),
      )
      done += chosen.size
      if (randomInt(random, 5) === 0) await bench.put('a/job', {}, JOBS)
    }
  }

  describe('Storage.watch()', () => {
    test('W1 to W4 delivers exactly the matching entries of the log, in order, each once', async () => {
      const all = bench.watch({ since: 0 })
      const ofB = bench.watch({ since: 0, namespace: 'b' })
      const named = bench.watch({ since: 0, namespace: 'a', name: '3' })
      await churn(200, 1)
      const entries = bench.entries()
      const wanted = (prefix: string) =>
        entries
          .filter(({ key }) => key.startsWith(prefix))
          .map(
            ({ key, operation, revision }) =>
              `${{ create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' }[operation]} ${key.slice('/pods/'.length)}@${revision}`,
          )
      expect(entries.length).toBeGreaterThanOrEqual(200)
      expect(brief(all.events)).toEqual(wanted('/pods/'))
      expect(brief(ofB.events)).toEqual(wanted('/pods/b/'))
      expect(brief(named.events)).toEqual(wanted('/pods/a/3'))
      expect(all.events.map(({ object }) => object.bytes)).toEqual(entries.map(({ value }) => value))
      expect(all.events.every(({ revision, object }) => object.object.metadata!.resourceVersion === String(revision))).toBe(true)
    })

    test('W5 resumes from every revision with the first event after it', async () => {
      const live = bench.watch({ since: 0, matches: isOn })
      await churn(100, 2)
      for (let since = 0; since <= bench.storage.revision; since++) {
        const resumed = bench.watch({ since, matches: isOn })
        expect(brief(resumed.events)).toEqual(brief(live.events.filter(({ revision }) => revision > since)))
        expect(resumed.events.map(({ object }) => object.object)).toEqual(
          live.events.filter(({ revision }) => revision > since).map(({ object }) => object.object),
        )
        resumed.stop()
      }
    })

    test('W6 shows within a delivery the revision of the change that is delivered, so that no bookmark runs ahead', async () => {
      const seen: [number, number, string[]][] = []
      bench.storage.watch(PODS, { since: 0 }, ({ revision }) => {
        const { revision: listed, items } = bench.storage.list(PODS, true, {})
        expect(listed).toBe(revision)
        seen.push([revision, bench.storage.revision, keys(items)])
      })
      await bench.write(bench.putting('a/one'), bench.putting('a/job', {}, JOBS), bench.putting('a/two'))
      expect(seen).toEqual([
        [1, 1, ['a/one@1']],
        [3, 3, ['a/one@1', 'a/two@3']],
      ])
    })

    test('W7 the event type agrees with the state one revision before', async () => {
      const { events } = bench.watch({ since: 0 })
      await churn(100, 3)
      for (const { type, object, revision } of events) {
        const before = bench.storage.getAt(PODS, object.namespace, object.name, revision - 1)
        expect(type === 'ADDED').toBe(before === undefined)
      }
    })

    test('W8 and W9 an object that enters the selector is ADDED, one that leaves is DELETED with its last matching state under the revision of the change', async () => {
      const { events } = bench.watch({ since: 0, matches: isOn })
      await bench.put('a/one')
      await bench.put('a/one', { state: 'on', n: '2' })
      await bench.put('a/one', { state: 'on', n: '3' })
      await bench.put('a/one', { state: 'off' })
      await bench.put('a/one', { state: 'off', n: '5' })
      await bench.put('a/one', { state: 'on', n: '6' })
      await bench.remove('a/one')
      await bench.put('a/two', { state: 'off' })
      await bench.remove('a/two')
      const wanted = [
        { type: 'ADDED', revision: 2, labels: { state: 'on', n: '2' } },
        { type: 'MODIFIED', revision: 3, labels: { state: 'on', n: '3' } },
        { type: 'DELETED', revision: 4, labels: { state: 'on', n: '3' } },
        { type: 'ADDED', revision: 6, labels: { state: 'on', n: '6' } },
        { type: 'DELETED', revision: 7, labels: { state: 'on', n: '6' } },
      ]
      expect(events.map(({ type, revision, object }) => ({ type, revision, labels: object.object.metadata!.labels }))).toEqual(wanted)
      for (const { object, revision } of events) {
        expect(object.revision).toBe(revision)
        expect(object.object.metadata).toMatchObject({ name: 'one', uid: 'uid of a/one', resourceVersion: String(revision) })
      }
    })

    test('W9 encodes the state that left once for all watchers', async () => {
      const watches = [bench.watch({ since: 0, matches: isOn }), bench.watch({ since: 0, matches: isOn })]
      await bench.put('a/one', { state: 'on' })
      await bench.put('a/one')
      const [first, second] = watches.map(({ events }) => events[1]!.object)
      expect(first).toBe(second)
      expect(JSON.parse(Buffer.from(first!.bytes).toString())).toEqual(first!.object)
    })

    test('R10 goes on from a list without a hole and without an overlap', async () => {
      for (let round = 0; round < 10; round++) {
        await churn(10, 10 + round)
        const { revision } = bench.storage.list(PODS, true, {})
        const { events, stop } = bench.watch({ since: revision })
        expect(events).toEqual([])
        await churn(10, 50 + round)
        expect(events.map((event) => event.revision)).toEqual(bench.entries(revision + 1).map((entry) => entry.revision))
        stop()
      }
    })

    test('R10 goes on from a list after a restart', async () => {
      await bench.put('a/one')
      await bench.put('a/job', {}, JOBS)
      await bench.restart()
      const listed = bench.storage.list(PODS, true, {})
      const { events } = bench.watch({ since: listed.revision })
      await bench.put('a/two')
      expect(brief(events)).toEqual(['ADDED a/two@3'])
    })

    test('R11 without a revision begins with an ADDED for each object that is there, in order of keys', async () => {
      await bench.put('b/one', { state: 'on' })
      await bench.put('a/two', { state: 'on' })
      await bench.put('a/one')
      expect(brief(bench.watch().events)).toEqual(['ADDED a/one@3', 'ADDED a/two@2', 'ADDED b/one@1'])
      expect(brief(bench.watch({ namespace: 'a' }).events)).toEqual(['ADDED a/one@3', 'ADDED a/two@2'])
      expect(brief(bench.watch({ name: 'one' }).events)).toEqual(['ADDED a/one@3', 'ADDED b/one@1'])
      expect(brief(bench.watch({ matches: isOn }).events)).toEqual(['ADDED a/two@2', 'ADDED b/one@1'])
      expect(bench.watch({ since: 3 }).events).toEqual([])
    })

    test('R9 from a revision that is not there yet delivers nothing up to it', async () => {
      await bench.put('a/one')
      const { events } = bench.watch({ since: 3 })
      for (const key of ['a/two', 'a/three', 'a/four']) await bench.put(key)
      expect(brief(events)).toEqual(['ADDED a/four@4'])
    })

    test('R14 is refused with 410 below the window, and serves what is in it', async () => {
      const commits = Array.from({ length: WATCH_WINDOW_MAX + 10 }, (_, n) => bench.storage.commit([bench.putting(`a/${n}`)]))
      await bench.log.flush()
      await Promise.all(commits)
      expect(() => bench.watch({ since: 9 })).toThrow(
        expect.objectContaining({ httpCode: 410, reason: 'Expired', message: 'too old resource version: 9 (10)' }),
      )
      expect(bench.watch({ since: 10 }).events).toHaveLength(WATCH_WINDOW_MAX)
      expect(bench.watch({ since: bench.storage.revision }).events).toEqual([])
    })

    test('R14 the window begins with the cache: after a restart earlier revisions are 410', async () => {
      await bench.put('a/one')
      await bench.put('a/two')
      await bench.restart()
      expect(() => bench.watch({ since: 1 })).toThrow('too old resource version: 1 (2)')
      expect(() => bench.watch({ since: 1 }, LEASES)).toThrow('too old resource version: 1 (2)')
      expect(bench.watch({ since: 2 }).events).toEqual([])
    })

    test('R15 still resumes within the window when the log was compacted', async () => {
      for (const key of ['a/one', 'a/one', 'a/two']) await bench.put(key)
      bench.log.compact(3)
      expect(brief(bench.watch({ since: 1 }).events)).toEqual(['MODIFIED a/one@2', 'ADDED a/two@3'])
    })

    test('R21 a watcher that throws is dropped, everybody else misses nothing, and the error surfaces', async () => {
      const first = bench.watch({ since: 0 })
      let calls = 0
      bench.storage.watch(PODS, { since: 0 }, () => {
        calls++
        throw new Error('cannot take it')
      })
      const second = bench.watch({ since: 0 })
      const committed = bench.storage.commit([bench.putting('a/one'), bench.putting('a/two')])
      await expect(bench.log.flush()).rejects.toThrow('cannot take it')
      await committed
      await bench.put('a/three')
      expect(calls).toBe(1)
      for (const { events } of [first, second]) expect(brief(events)).toEqual(['ADDED a/one@1', 'ADDED a/two@2', 'ADDED a/three@3'])
    })

    test('delivers a change once to a watch that is opened while it is delivered', async () => {
      const opened: string[][] = []
      const stop = bench.storage.watch(PODS, { since: 0 }, () => {
        for (const since of [undefined, 0, 1]) opened.push(openWatch(since))
      })
      const openWatch = (since: number | undefined): string[] => {
        const seen: string[] = []
        bench.storage.watch(PODS, { since }, ({ type, object, revision }) => seen.push(`${type} ${object.key}@${revision}`))
        return seen
      }
      await bench.put('a/one')
      stop()
      await bench.put('a/two')
      expect(opened).toEqual([['ADDED a/one@1', 'ADDED a/two@2'], ['ADDED a/one@1', 'ADDED a/two@2'], ['ADDED a/two@2']])
    })

    test('delivers nothing after its stop, not even when stopped by another watcher of the same change', async () => {
      const stops: (() => void)[] = []
      bench.storage.watch(PODS, { since: 0 }, () => stops.forEach((stop) => stop()))
      const { events, stop } = bench.watch({ since: 0 })
      stops.push(stop)
      await bench.put('a/one')
      expect(events).toEqual([])
    })
  })
})
