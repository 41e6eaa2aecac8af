import { describe, expect, test } from '@jest/globals'
import { failure, gone } from '@kubetape/apimachinery'
import { pod } from './testing/pods.ts'
import { watcherBench } from './testing/watcher-bench.ts'

const parts = watcherBench()

describe('watcher()', () => {
  test('lists page by page, then watches from the version of the list', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start({ namespace: 'a', labelSelector: 'x=y', fieldSelector: 'spec.nodeName=n' })
    const selection = { namespace: 'a', labelSelector: 'x=y', fieldSelector: 'spec.nodeName=n' }
    expect(server.lastList.options).toMatchObject({ ...selection, limit: 500 })
    expect(server.lastList.options).not.toHaveProperty('continue')
    server.lastList.answer([pod('one', 3), pod('two', 1)], '5', 'more')
    await clock.advance(0)
    expect(server.lastList.options).toMatchObject({ ...selection, limit: 500, continue: 'more' })
    expect(server.watches).toHaveLength(0)
    server.lastList.answer([pod('three', 4)], '5')
    await clock.advance(0)
    expect(seen).toEqual(['listing', 'item a/one@3', 'item a/two@1', 'item a/three@4', 'listed 5'])
    expect(server.lastWatch.options).toMatchObject({ ...selection, resourceVersion: '5', allowWatchBookmarks: true, timeoutSeconds: 300 })
    expect(server.lastWatch.options).not.toHaveProperty('sendInitialEvents')
    expect(server.lists).toHaveLength(2)
  })

  test('delivers changes in the order of the server', async () => {
    const bench = parts()
    const { server, seen } = bench
    await bench.watching()
    server.lastWatch.send('MODIFIED', pod('one', 6))
    server.lastWatch.send('ADDED', pod('two', 7))
    server.lastWatch.bookmark('9')
    server.lastWatch.send('DELETED', pod('one', 10))
    expect(seen).toEqual(['applied a/one@6', 'applied a/two@7', 'bookmark 9', 'deleted a/one@10'])
  })

  test('draws a time-out between 300 and 600 seconds for each watch', async () => {
    const bench = parts()
    const { clock, server } = bench
    let drawn = 0
    await bench.watching({ random: { nextUint32: () => (drawn += 2 ** 29) % 2 ** 32 } })
    const first = server.lastWatch.options.timeoutSeconds!
    server.lastWatch.bookmark('6')
    await clock.advance(5000)
    server.lastWatch.end()
    const second = server.lastWatch.options.timeoutSeconds!
    expect(first).not.toBe(second)
    for (const seconds of [first, second]) expect(seconds >= 300 && seconds < 600).toBe(true)
  })

  test('resumes from the last event when the connection breaks, without listing', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    server.lastWatch.send('MODIFIED', pod('one', 8))
    server.lastWatch.fail(new Error('connection reset'))
    expect(seen).toEqual(['applied a/one@8', 'interrupted 1000'])
    await clock.advance(999)
    expect(server.watches).toHaveLength(1)
    await clock.advance(1)
    expect(server.lastWatch.options.resourceVersion).toBe('8')
    server.lastWatch.send('ADDED', pod('two', 9))
    expect(seen.at(-1)).toBe('applied a/two@9')
    expect(server.lists).toHaveLength(1)
  })

  test('resumes from a bookmark, which is the newest it knows', async () => {
    const bench = parts()
    const { clock, server } = bench
    await bench.watching()
    server.lastWatch.send('MODIFIED', pod('one', 8))
    server.lastWatch.bookmark('12')
    await clock.advance(300_000 - 180_000)
    server.lastWatch.end()
    expect(server.lastWatch.options.resourceVersion).toBe('12')
  })

  test('watches on at once when the server ends a watch in good order', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    server.lastWatch.bookmark('6')
    await clock.advance(1000)
    server.lastWatch.end()
    expect(server.watches).toHaveLength(2)
    expect(seen).toEqual(['bookmark 6'])
  })

  test('watches on after a second when the server ends a watch that may have been answered just before', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    await clock.advance(60_000)
    server.lastWatch.end()
    await clock.advance(999)
    expect(server.watches).toHaveLength(1)
    await clock.advance(1)
    expect(server.watches).toHaveLength(2)
    expect(seen).toEqual([])
  })

  test.each([false, true])('takes a watch that ends within a second for a failure, with an event before its end: %s', async (withEvent) => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    for (const wait of [1000, 1600, 3200]) {
      const requests = server.watches.length
      await clock.advance(999)
      if (withEvent) server.lastWatch.bookmark('6')
      server.lastWatch.end()
      await clock.advance(wait - 1)
      expect(server.watches).toHaveLength(requests)
      await clock.advance(1)
      expect(server.watches).toHaveLength(requests + 1)
    }
    expect(seen.filter((one) => one.startsWith('interrupted'))).toEqual(['interrupted 1000', 'interrupted 1600', 'interrupted 3200'])
  })

  test('backs off longer with each failure and starts over after two quiet minutes', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    for (const wait of [1000, 1600, 3200]) {
      server.lastWatch.fail(new Error('no'))
      expect(seen.at(-1)).toBe(`interrupted ${wait}`)
      await clock.advance(wait)
    }
    await clock.advance(120_000)
    server.lastWatch.fail(new Error('no'))
    expect(seen.at(-1)).toBe('interrupted 1000')
  })

  test('lists anew when the version is gone at the start of a watch, and only then', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    server.lastWatch.fail(new Error('broken'))
    await clock.advance(1000)
    server.lastWatch.fail(gone('too old resource version: 5 (9)'))
    await clock.advance(1600)
    expect(server.lists).toHaveLength(2)
    server.lastList.answer([pod('two', 11)], '12')
    await clock.advance(0)
    expect(seen).toEqual(['interrupted 1000', 'interrupted 1600', 'listing', 'item a/two@11', 'listed 12'])
    expect(server.lastWatch.options.resourceVersion).toBe('12')
  })

  test('lists anew when the version is gone in the middle of a watch', async () => {
    const bench = parts()
    const { clock, server } = bench
    await bench.watching()
    server.lastWatch.send('MODIFIED', pod('one', 6))
    server.lastWatch.fail(gone('The resourceVersion for the provided watch is too old.'))
    await clock.advance(800)
    expect(server.lists).toHaveLength(2)
    expect(server.lastList.options).not.toHaveProperty('resourceVersion')
  })

  test('backs off from a list that fails, and begins it again from the first page', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start()
    server.lastList.answer([pod('one', 3)], '5', 'more')
    await clock.advance(0)
    server.lastList.fail(failure(500, 'InternalError', 'no'))
    await clock.advance(800)
    expect(server.lists).toHaveLength(3)
    expect(server.lastList.options).not.toHaveProperty('continue')
    server.lastList.answer([pod('one', 6)], '7')
    await clock.advance(0)
    expect(seen).toEqual(['listing', 'item a/one@3', 'interrupted 800', 'listing', 'item a/one@6', 'listed 7'])
  })

  test('asks for the whole list at once when its pages expire', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start()
    server.lastList.answer([pod('one', 3)], '5', 'more')
    await clock.advance(0)
    server.lastList.fail(gone('The provided continue parameter is too old'))
    await clock.advance(0)
    expect(server.lastList.options).not.toHaveProperty('limit')
    expect(server.lastList.options).not.toHaveProperty('continue')
    server.lastList.answer([pod('one', 6)], '7')
    await clock.advance(0)
    expect(seen).toEqual(['listing', 'item a/one@3', 'listing', 'item a/one@6', 'listed 7'])
  })

  test('opens a watch again that is silent for 180 s, but not while anything comes', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching()
    await clock.advance(179_000)
    server.lastWatch.bookmark('6')
    await clock.advance(179_999)
    expect(seen).toEqual(['bookmark 6'])
    const [silent] = server.watches
    await clock.advance(1)
    expect(seen).toEqual(['bookmark 6', 'interrupted 800'])
    expect(silent!.closed).toBe(true)
    await clock.advance(800)
    expect(server.lastWatch.options.resourceVersion).toBe('6')
    expect(server.lists).toHaveLength(1)
  })

  test('hears nothing of a watch that it has closed', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    await bench.watching({ idleMs: 10_000 })
    await clock.advance(10_000)
    server.watches[0]!.send('ADDED', pod('late', 9))
    server.watches[0]!.fail(gone('late'))
    await clock.advance(1000)
    expect(seen).toEqual(['interrupted 1000'])
    expect([server.lists.length, server.watches.length]).toEqual([1, 2])
  })
})
