import { describe, expect, test } from '@jest/globals'
import { HOUR, MINUTE, retentionBench } from './testing/retention-bench.ts'
import { eachLog, EVENTS, keys, LEASES } from './testing/storage-bench.ts'

eachLog((open) => {
  const parts = retentionBench(open)

  describe('startRetention()', () => {
    test('counts the hour on over a restart, but never more than an hour where the wall clock was set back', async () => {
      const { bench, start } = parts()
      const stop = start()
      await bench.put('a/one', {}, EVENTS)
      await bench.clock.advance(20 * MINUTE)
      await bench.put('a/two', {}, EVENTS)
      await stop()
      await bench.restart()
      bench.clock.jumpWall(10 * MINUTE)
      const stopAgain = start()
      await bench.clock.advance(29 * MINUTE)
      expect(bench.storage.count(EVENTS)).toBe(2)
      await bench.clock.advance(MINUTE)
      expect(keys(bench.storage.list(EVENTS, true, {}).items)).toEqual(['a/two@2'])
      await stopAgain()
      await bench.restart()
      bench.clock.jumpWall(-100 * HOUR)
      start()
      await bench.clock.advance(HOUR)
      expect(bench.storage.count(EVENTS)).toBe(0)
    })

    test('reports a deletion that was refused and tries again', async () => {
      const { bench, errors, start } = parts()
      await bench.put('a/one', {}, EVENTS)
      const { storage } = bench
      const commit = storage.commit.bind(storage)
      let refusals = 2
      storage.commit = (...args) => (refusals-- > 0 ? Promise.reject(new Error('disk full')) : commit(...args))
      start({ eventTtlMs: 1000 })
      await bench.clock.advance(1000 + 10_000)
      expect(errors.map(String)).toEqual(['Error: disk full', 'Error: disk full'])
      await bench.clock.advance(10_000)
      expect(bench.storage.count(EVENTS)).toBe(0)
    })

    test('leaves no timer and follows nothing after its stop', async () => {
      const { bench, start, kept } = parts()
      const idle = bench.clock.pendingTimers
      const stop = start({ keepMs: HOUR })
      await bench.put('a/one', {}, EVENTS)
      await bench.put('n/one', {}, LEASES)
      await bench.put('n/one', {}, LEASES)
      const others = bench.clock.pendingTimers
      expect(others).toBeGreaterThan(idle)
      await stop()
      await bench.clock.advance(5000)
      await bench.put('n/one', {}, LEASES)
      await bench.clock.advance(2 * HOUR)
      expect(bench.storage.count(EVENTS)).toBe(1)
      expect(kept(LEASES)).toEqual([3, 4])
      await bench.log.close()
      expect(bench.clock.pendingTimers).toBe(0)
    })
  })
})
