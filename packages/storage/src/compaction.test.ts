import { describe, expect, test } from '@jest/globals'
import { newestAt } from './compaction.ts'
import { HOUR, MINUTE, retentionBench } from './testing/retention-bench.ts'
import { eachLog } from './testing/storage-bench.ts'

eachLog((open) => {
  const parts = retentionBench(open)

  describe('startRetention() of everything else', () => {
    test('R15 keeps all history by default, and `keepMs` of it when told so', async () => {
      const { bench, errors, start } = parts()
      const stop = start()
      for (const n of ['1', '2', '3']) {
        await bench.put('a/one', { n })
        await bench.clock.advance(HOUR)
      }
      expect(bench.log.compactedRevision()).toBe(0)
      await stop()
      start({ keepMs: 90 * MINUTE })
      await bench.clock.advance(5 * MINUTE)
      expect(bench.log.compactedRevision()).toBe(2)
      expect(bench.log.entry(1)).toBeUndefined()
      await bench.remove('a/one')
      await bench.clock.advance(95 * MINUTE)
      expect(bench.log.compactedRevision()).toBe(4)
      expect(bench.log.entry(3)).toBeUndefined()
      expect(errors).toEqual([])
      const check = bench.storage.verifyCache()
      await bench.clock.advance(0)
      expect((await check).ok).toBe(true)
    })
  })

  describe('newestAt()', () => {
    test('finds the newest revision of a time, whatever was compacted', async () => {
      const { bench } = parts()
      const t0 = bench.clock.wallMs()
      for (let n = 0; n < 20; n++) {
        await bench.put(`a/${n % 3}`)
        await bench.clock.advance(1000)
      }
      expect([t0 - 1, t0, t0 + 999, t0 + 1000, t0 + 12_345, t0 + 99_000].map((time) => newestAt(bench.log, time))).toEqual([
        0, 1, 1, 2, 13, 20,
      ])
      bench.log.compact(12)
      expect([t0, t0 + 11_500, t0 + 12_345].map((time) => newestAt(bench.log, time))).toEqual([12, 12, 13])
    })
  })
})
