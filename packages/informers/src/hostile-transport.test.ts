import { describe, expect, test } from '@jest/globals'
import { HostileRun } from './testing/hostile-run.ts'

/** Seeds from 1 on; more of them find rarer trouble. */
const SEEDS = Number(process.env['KUBETAPE_HOSTILE_SEEDS'] ?? 20)

describe('an informer over an hour of a hostile transport', () => {
  test.each([
    ['lists', false, true],
    ['streams its lists', true, true],
    ['would stream from a server that cannot', true, false],
  ])(
    'that %s is never silent, loses and invents nothing, and sends no storm of watches',
    async (_, streams, serverStreams) => {
      const total = { watches: 0, lists: 0, streamedLists: 0, changes: 0, interruptions: 0 }
      for (let seed = 1; seed <= SEEDS; seed++) {
        const result = await new HostileRun({ seed, streams, serverStreams }).play()
        expect(result.failures).toEqual([])
        for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name]
      }
      // It was hostile, and the informer did not sit it out.
      expect(total.interruptions).toBeGreaterThan(20 * SEEDS)
      expect(total.watches).toBeGreaterThan(20 * SEEDS)
      expect(total.changes).toBeGreaterThan(100 * SEEDS)
      expect([total.streamedLists > 0, total.lists > 0]).toEqual([streams && serverStreams, true])
    },
    SEEDS * 20_000,
  )

  test('would be found out if it took a silent stream for a quiet one', async () => {
    const { failures } = await new HostileRun({ seed: 1, streams: false, serverStreams: true, idleMs: 1e9 }).play()
    expect(failures.join()).toContain('was not seen within')
  })
})
