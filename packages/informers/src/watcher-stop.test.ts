import { describe, expect, test } from '@jest/globals'
import type { Subscription } from 'rxjs'
import { POD, pod } from './testing/pods.ts'
import { watcherBench } from './testing/watcher-bench.ts'
import { watcher } from './watcher.ts'

const parts = watcherBench()

describe('watcher()', () => {
  describe.each(['listing', 'between pages', 'watching', 'waiting'])('when it is stopped while %s', (moment) => {
    test('leaves no timer, no request, and says nothing more', async () => {
      const bench = parts()
      const { clock, server, seen } = bench
      const subscription = bench.start()
      if (moment === 'between pages') {
        server.lastList.answer([pod('one', 3)], '5', 'more')
        await clock.advance(0)
      } else if (moment !== 'listing') {
        server.lastList.answer([], '5')
        await clock.advance(0)
      }
      if (moment === 'waiting') server.lastWatch.fail(new Error('broken'))
      const requests = server.lists.length + server.watches.length
      const before = seen.length
      subscription.unsubscribe()
      server.lastList.answer([pod('late', 9)], '9')
      await clock.advance(600_000)
      expect(clock.pendingTimers).toBe(0)
      expect([server.lists.length + server.watches.length, seen.length]).toEqual([requests, before])
      expect(server.lastList.options.signal!.aborted).toBe(true)
    })
  })

  test('can be stopped from within each of its events', async () => {
    const { clock, server } = parts()
    for (const stopAt of ['listing', 'item', 'listed', 'applied', 'interrupted']) {
      const events = watcher(server.client, POD, { clock, random: { nextUint32: () => 0 }, gates: { enabled: () => false } })
      const types: string[] = []
      // The first event comes before `subscribe` answers.
      const subscription: Subscription = events.subscribe((event) => {
        types.push(event.type)
        if (event.type === stopAt) queueMicrotask(() => subscription.unsubscribe())
      })
      server.lastList.answer([pod('one', 3)], '5')
      await clock.advance(0)
      if (['applied', 'interrupted'].includes(stopAt)) {
        server.lastWatch.send('ADDED', pod('two', 6))
        server.lastWatch.fail(new Error('broken'))
      }
      await clock.advance(10_000)
      expect(types).toContain(stopAt)
      expect(clock.pendingTimers).toBe(0)
    }
  })
})
