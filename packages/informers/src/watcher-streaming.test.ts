import { describe, expect, test } from '@jest/globals'
import { failure, gone } from '@kubetape/apimachinery'
import { pod } from './testing/pods.ts'
import { watcherBench } from './testing/watcher-bench.ts'

const parts = watcherBench()

describe('watcher() with WatchListClient', () => {
  test('streams the list and goes on in the same watch', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start({ streams: true, namespace: 'a' })
    expect(server.lists).toHaveLength(0)
    expect(server.lastWatch.options).toMatchObject({
      namespace: 'a',
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    })
    expect(server.lastWatch.options).not.toHaveProperty('resourceVersion')
    server.lastWatch.send('ADDED', pod('one', 3))
    server.lastWatch.bookmark('4')
    server.lastWatch.send('ADDED', pod('two', 1))
    server.lastWatch.bookmark('5', true)
    server.lastWatch.send('MODIFIED', pod('one', 6))
    expect(seen).toEqual(['listing', 'item a/one@3', 'item a/two@1', 'listed 5', 'applied a/one@6'])
    await clock.advance(5000)
    server.lastWatch.fail(new Error('broken'))
    await clock.advance(800)
    expect(server.lastWatch.options).toMatchObject({ resourceVersion: '6' })
    expect(server.lastWatch.options).not.toHaveProperty('sendInitialEvents')
  })

  test('hands on what is deleted while the list is streamed', () => {
    const bench = parts()
    const { server, seen } = bench
    bench.start({ streams: true })
    server.lastWatch.send('ADDED', pod('one', 3))
    server.lastWatch.send('DELETED', pod('one', 4))
    server.lastWatch.bookmark('5', true)
    expect(seen).toEqual(['listing', 'item a/one@3', 'deleted a/one@4', 'listed 5'])
  })

  test.each([422, 400])('asks for a plain list, once and for all, when the server answers %d', async (code) => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start({ streams: true })
    server.lastWatch.fail(failure(code, 'Invalid', 'sendInitialEvents is forbidden'))
    expect(server.lists).toHaveLength(1)
    server.lastList.answer([pod('one', 3)], '5')
    await clock.advance(0)
    expect(seen).toEqual(['listing', 'listing', 'item a/one@3', 'listed 5'])
    await clock.advance(1000)
    server.lastWatch.fail(gone('too old'))
    await clock.advance(800)
    expect(server.lists).toHaveLength(2)
  })

  test.each(['ends', 'starves'])('asks for a plain list when the server %s the stream without an end of the list', async (how) => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start({ streams: true })
    server.lastWatch.send('ADDED', pod('one', 3))
    await clock.advance(how === 'ends' ? 5000 : 180_000)
    if (how === 'ends') server.lastWatch.end()
    expect(server.lists).toHaveLength(1)
    expect(server.watches[0]!.closed).toBe(true)
    server.lastList.answer([pod('one', 3)], '5')
    await clock.advance(0)
    expect(seen.at(-1)).toBe('listed 5')
  })

  test('streams again after a connection broke, or the version was gone, before or after the end of the list', async () => {
    const bench = parts()
    const { clock, server, seen } = bench
    bench.start({ streams: true })
    server.lastWatch.send('ADDED', pod('one', 3))
    server.lastWatch.fail(new Error('broken'))
    await clock.advance(1000)
    expect(server.lastWatch.options.sendInitialEvents).toBe(true)
    server.lastWatch.fail(gone('too old'))
    await clock.advance(1600)
    expect(server.lastWatch.options.sendInitialEvents).toBe(true)
    server.lastWatch.bookmark('5', true)
    server.lastWatch.fail(gone('too old'))
    await clock.advance(3200)
    expect(server.lastWatch.options.sendInitialEvents).toBe(true)
    expect(server.lists).toHaveLength(0)
    expect(seen).toEqual([
      'listing',
      'item a/one@3',
      'interrupted 1000',
      'listing',
      'interrupted 1600',
      'listing',
      'listed 5',
      'interrupted 3200',
      'listing',
    ])
  })
})
