import { describe, expect, test } from '@jest/globals'
import { randomInt, seededRandom } from '@kubetape/determinism'
import { SortedObjects } from './sorted-objects.ts'
import { StoredObject } from './stored-object.ts'

const object = (key: string, revision = 1): StoredObject => {
  const [namespace, name] = key.split('/') as [string, string]
  return new StoredObject(namespace, name, revision, Buffer.from('{}'))
}

function scanned(objects: SortedObjects, prefix: string, after: string, most = Infinity): string[] {
  const found: string[] = []
  objects.scan(prefix, after, ({ key }) => found.push(key) < most)
  return found
}

describe('SortedObjects', () => {
  test('answers like a sorted array, over many chunks', () => {
    const random = seededRandom(7)
    const objects = new SortedObjects()
    const model = new Map<string, StoredObject>()
    const randomKey = (): string => `${'abc'[randomInt(random, 3)]}/${randomInt(random, 3000)}`
    for (let step = 0; step < 20_000; step++) {
      const key = randomKey()
      if (randomInt(random, 3) === 0) {
        objects.delete(key)
        model.delete(key)
      } else {
        const one = object(key, step)
        objects.set(key, one)
        model.set(key, one)
      }
      if (step % 500 !== 0) continue
      const sorted = [...model.keys()].sort()
      expect([...objects.values()].map((one) => one.key)).toEqual(sorted)
      for (const prefix of ['', 'a/', 'b/', 'c/', 'd/', 'a/1']) {
        for (const after of ['', randomKey(), `${prefix}${randomInt(random, 3000)}`]) {
          const wanted = sorted.filter((one) => one.startsWith(prefix) && one > after)
          if (after !== '' && !after.startsWith(prefix)) continue
          expect(scanned(objects, prefix, after)).toEqual(wanted)
          expect(scanned(objects, prefix, after, 3)).toEqual(wanted.slice(0, 3))
          expect(objects.countAfter(prefix, after)).toBe(wanted.length)
        }
      }
    }
    expect(objects.size).toBe(model.size)
    for (const [key, one] of model) expect(objects.get(key)).toBe(one)
  })

  test('is empty again when everything was deleted', () => {
    const objects = new SortedObjects()
    const keys = Array.from({ length: 2000 }, (_, n) => `a/${n}`)
    for (const key of keys) objects.set(key, object(key))
    for (const key of keys) objects.delete(key)
    objects.delete('a/none')
    expect([objects.size, scanned(objects, '', ''), objects.countAfter('', '')]).toEqual([0, [], 0])
    objects.set('a/1', object('a/1'))
    expect(scanned(objects, 'a/', '')).toEqual(['a/1'])
  })
})
