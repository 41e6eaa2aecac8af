import { describe, expect, test } from '@jest/globals'
import { HOUR, MINUTE, retentionBench } from './testing/retention-bench.ts'
import { eachLog, EVENTS, LEASES, PODS, withMethod } from './testing/storage-bench.ts'

eachLog((open) => {
  const parts = retentionBench(open)

  describe('startRetention() of history', () => {
    test('keeps of a Lease the newest version, once the others were replaced for five minutes', async () => {
      const { bench, start, kept } = parts()
      start()
      await bench.put('n/one', { n: '1' }, LEASES)
      for (let n = 0; n < 20; n++) {
        await bench.clock.advance(MINUTE)
        await bench.put('n/one', { n: String(n) }, LEASES)
        await bench.put('n/pod')
      }
      const versions = kept(LEASES)
      expect(versions.length).toBeGreaterThanOrEqual(5)
      expect(versions.length).toBeLessThanOrEqual(8)
      await bench.clock.advance(7 * MINUTE)
      expect(kept(LEASES)).toEqual([bench.storage.get(LEASES, 'n', 'one')!.revision])
      expect(kept(PODS)).toHaveLength(20)
      expect(bench.log.verify().problems).toEqual([])
      expect(() => bench.storage.getAt(LEASES, 'n', 'one', 1)).toThrow('too old resource version')
    })

    test('erases in batches', async () => {
      const { bench, start, kept } = parts()
      const sizes: number[] = []
      const log = withMethod(bench.log, 'erase', (revisions) => {
        sizes.push(revisions.length)
        bench.log.erase(revisions)
      })
      start({ log })
      for (let round = 0; round < 5; round++) {
        const commits = Array.from({ length: 500 }, (_, n) =>
          bench.storage.commit([bench.putting(`n/${n}`, { round: String(round) }, LEASES)]),
        )
        await bench.log.flush()
        await Promise.all(commits)
      }
      await bench.clock.advance(7 * MINUTE)
      expect(sizes).toEqual([1000, 1000])
      expect(kept(LEASES)).toHaveLength(500)
    })

    test('erases what is left when it is stopped', async () => {
      const { bench, start, kept } = parts()
      const stop = start()
      for (const n of ['1', '2', '3']) await bench.put('n/one', { n }, LEASES)
      await stop()
      expect(kept(LEASES)).toEqual([3])
    })

    test('erases after a crash what nobody erased, also far back in the log', async () => {
      const { bench, start, kept } = parts()
      for (const n of ['1', '2']) await bench.put('n/one', { n }, LEASES)
      await bench.put('a/event', {}, EVENTS)
      await bench.remove('a/event', EVENTS)
      const commits = Array.from({ length: 9000 }, (_, n) => bench.storage.commit([bench.putting(`a/${n}`)]))
      await bench.log.flush()
      await Promise.all(commits)
      await bench.restart()
      start()
      await bench.clock.advance(6 * MINUTE)
      expect([...kept(LEASES), ...kept(EVENTS)]).toEqual([2, 4])
    })

    test('looks again a minute after what it reads could not be read', async () => {
      const { bench, errors, start, kept } = parts()
      for (const n of ['1', '2']) await bench.put('n/one', { n }, LEASES)
      let failures = 0
      const log = withMethod(bench.log, 'entry', (revision) => {
        if (failures++ < 2) throw new RangeError('unreadable')
        return bench.log.entry(revision)
      })
      start({ log })
      await bench.clock.advance(3 * MINUTE)
      expect(errors).toEqual([new RangeError('unreadable'), new RangeError('unreadable')])
      expect(kept(LEASES)).toEqual([1, 2])
      await bench.clock.advance(6 * MINUTE)
      expect(kept(LEASES)).toEqual([2])
    })

    test('does not look further back than something can be left', async () => {
      const { bench, start } = parts()
      const reads: number[] = []
      await bench.put('n/one', { n: '1' }, LEASES)
      await bench.put('n/one', { n: '2' }, LEASES)
      await bench.clock.advance(HOUR)
      for (const batch of [0, 1, 2]) {
        const commits = Array.from({ length: 3000 }, (_, n) => bench.storage.commit([bench.putting(`a/${batch}-${n}`)]))
        await bench.log.flush()
        await Promise.all(commits)
        await bench.clock.advance(20 * MINUTE)
      }
      const log = withMethod(bench.log, 'entries', (options) => {
        reads.push(options.from)
        return bench.log.entries(options)
      })
      start({ log })
      await bench.clock.advance(MINUTE)
      expect(Math.min(...reads)).toBeGreaterThan(3000)
    })
  })
})
