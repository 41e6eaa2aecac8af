import { describe, expect, test } from '@jest/globals'
import type { ObjectChange } from './object-change.ts'
import { ResourceCache, WATCH_WINDOW_BYTES_MAX, WATCH_WINDOW_MAX } from './resource-cache.ts'
import { StoredObject } from './stored-object.ts'

describe('ResourceCache', () => {
  const version = (name: string, revision: number, size = 10): StoredObject => new StoredObject('a', name, revision, Buffer.alloc(size))

  test('W7 `apply()` tells the state before', () => {
    const cache = new ResourceCache(0)
    const changes: ObjectChange[] = []
    cache.listen((change) => changes.push(change))
    const [one, two, three, four] = [1, 2, 3, 4].map((revision) => version('x', revision))
    cache.apply('create', one!)
    cache.apply('update', two!)
    cache.apply('delete', three!)
    cache.apply('create', four!)
    expect(changes.map(({ type, previous }) => [type, previous])).toEqual([
      ['ADDED', undefined],
      ['MODIFIED', one],
      ['DELETED', two],
      ['ADDED', undefined],
    ])
  })

  test('`since()` reaches back fewer changes where objects are large', () => {
    const cache = new ResourceCache(0)
    const size = WATCH_WINDOW_BYTES_MAX / 4
    for (let revision = 1; revision <= 10; revision++) cache.apply('update', version('x', revision, size))
    expect(cache.oldestWatchable).toBe(6)
    expect(cache.since(6)!.map(({ revision }) => revision)).toEqual([7, 8, 9, 10])
    cache.apply('update', version('x', 11, 2 * WATCH_WINDOW_BYTES_MAX))
    expect(cache.since(10)!.map(({ revision }) => revision)).toEqual([11])
  })

  test('`since()` is right at every point after the window was cut many times', () => {
    const cache = new ResourceCache(0)
    const total = 3 * WATCH_WINDOW_MAX + 7
    for (let revision = 1; revision <= total; revision++) cache.apply('update', version(`x${revision % 5}`, revision))
    expect(cache.oldestWatchable).toBe(total - WATCH_WINDOW_MAX)
    for (const since of [total - WATCH_WINDOW_MAX, total - 1000, total - 1, total])
      expect(cache.since(since)!.map(({ revision }) => revision)).toEqual(Array.from({ length: total - since }, (_, n) => since + n + 1))
    expect(cache.since(total - WATCH_WINDOW_MAX - 1)).toBeUndefined()
  })
})
