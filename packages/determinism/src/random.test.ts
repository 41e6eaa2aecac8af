import { describe, expect, test } from '@jest/globals'
import { generatedName, generatedNameSuffix } from './generated-name.ts'
import { randomFloat, randomInt, seededRandom, systemRandom } from './random.ts'
import { uidSource } from './uid-source.ts'

describe('seededRandom()', () => {
  test('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number) => {
      const r = seededRandom(seed)
      return [r.nextUint32(), r.nextUint32(), r.nextUint32()]
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('is spread evenly over its range', () => {
    const random = seededRandom(1)
    const buckets = new Array<number>(10).fill(0)
    for (let i = 0; i < 10_000; i++) buckets[Math.floor(randomFloat(random) * 10)]!++
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('randomInt()', () => {
  test('stays below its bound', () => {
    const random = systemRandom()
    for (let i = 0; i < 1000; i++) expect(randomInt(random, 27)).toBeLessThan(27)
  })

  test('refuses a bound that is no positive whole number', () => {
    expect(() => randomInt(seededRandom(1), 0)).toThrow('Cannot draw below 0')
  })
})

describe('generatedName()', () => {
  test('appends five characters of the API conventions', () => {
    expect(generatedNameSuffix(seededRandom(1))).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  test('cuts a long base to 58 characters', () => {
    expect(generatedName(seededRandom(1), 'x'.repeat(80))).toHaveLength(63)
  })
})

describe('uidSource()', () => {
  test('makes version 4 UUIDs, the same for the same seed', () => {
    const uid = uidSource(seededRandom(3)).next()
    expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uidSource(seededRandom(3)).next()).toBe(uid)
  })
})
