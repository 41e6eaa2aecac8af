import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { checkCache } from './cache-check.ts'
import { type Bench, eachLog, JOBS } from './testing/storage-bench.ts'

const nextTurn = (): Promise<void> => Promise.resolve()

eachLog((open) => {
  describe('checkCache()', () => {
    async function filled(): Promise<Bench> {
      const bench = open(new VirtualClock())
      for (const key of ['a/one', 'a/two', 'a/two', 'a/three', 'a/four']) await bench.put(key)
      await bench.remove('a/four')
      return bench
    }

    test('R17 names each difference: what is older, missing, or no longer there', async () => {
      const bench = await filled()
      const shown = new Map([
        ['/pods/a/four', 5],
        ['/pods/a/one', 1],
        ['/pods/a/two', 2],
      ])
      expect(await checkCache(bench.log, shown, 6, nextTurn)).toMatchObject({
        ok: false,
        revision: 6,
        objects: 3,
        differences: [
          '/pods/a/three: the log has revision 4, the cache nothing',
          '/pods/a/two: the log has revision 3, the cache 2',
          '/pods/a/four: the log has nothing, the cache revision 5',
        ],
      })
      await bench.close()
    })

    test('R17 compares at the revision that it is given', async () => {
      const bench = await filled()
      const shown = new Map([
        ['/pods/a/one', 1],
        ['/pods/a/two', 2],
      ])
      expect((await checkCache(bench.log, shown, 2, nextTurn)).differences).toEqual([])
      await bench.close()
    })

    test('stops naming differences after twenty', async () => {
      const bench = await filled()
      for (let n = 0; n < 30; n++) await bench.put(`b/${n}`)
      expect((await checkCache(bench.log, new Map(), 36, nextTurn)).differences).toHaveLength(20)
      await bench.close()
    })
  })

  describe('Storage.verifyCache()', () => {
    test('R17 finds cache and log equal, also after a restart and while writes go on', async () => {
      const bench = open(new VirtualClock())
      for (let n = 0; n < 2500; n++) void bench.storage.commit([bench.putting(`a/n${n}`)])
      await bench.log.flush()
      await bench.put('a/job', {}, JOBS)
      await bench.remove('a/n7')
      const checking = bench.storage.verifyCache()
      await bench.put('a/later')
      await bench.remove('a/n2400')
      await bench.clock.advance(0)
      const check = await checking
      expect(check).toMatchObject({ ok: true, revision: 2502, objects: 2500, differences: [] })
      const now = bench.storage.verifyCache()
      await bench.clock.advance(0)
      await bench.restart()
      const again = bench.storage.verifyCache()
      await bench.clock.advance(0)
      expect(await again).toEqual(await now)
      expect((await again).digest).not.toBe(check.digest)
      await bench.close()
    })
  })
})
