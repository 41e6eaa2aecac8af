import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cloneJson, deepEqual, deepFreeze, isJsonObject, sameScalar, setMember } from './json-value.ts'

const json = fc.jsonValue()

function everyObject(value: unknown, check: (object: object) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return true
  return check(value) && Object.values(value).every((member) => everyObject(member, check))
}

describe('deepFreeze()', () => {
  test('freezes every object and list in any JSON value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(deepFreeze(value)).toBe(value)
        expect(everyObject(value, Object.isFrozen)).toBe(true)
      }),
    )
  })

  test('does not walk a value that is frozen already', () => {
    const untouched = { inner: 1 }
    const frozen = Object.freeze({ untouched })
    deepFreeze({ frozen })
    expect(Object.isFrozen(untouched)).toBe(false)
  })
})

describe('cloneJson()', () => {
  test('copies any JSON value so that nothing is shared and the copy can be changed', () => {
    fc.assert(
      fc.property(json, (value) => {
        const seen = new Set<object>()
        everyObject(deepFreeze(value), (object) => seen.add(object) === seen)
        const copy = cloneJson(value)
        expect(copy).toEqual(value)
        expect(everyObject(copy, (object) => !Object.isFrozen(object) && !seen.has(object))).toBe(true)
      }),
    )
  })

  test('leaves out members that are undefined and keeps bigints', () => {
    expect(Object.keys(cloneJson({ a: undefined, b: 9007199254740993n }))).toEqual(['b'])
    expect(cloneJson({ b: 9007199254740993n }).b).toBe(9007199254740993n)
  })

  test('copies a member named __proto__ without changing a prototype', () => {
    const copy = cloneJson(JSON.parse('{"__proto__": {"polluted": true}}') as object)
    expect(Object.hasOwn(copy, '__proto__')).toBe(true)
    expect((copy as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('deepEqual()', () => {
  test.each([
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { b: undefined, a: 1 }, true],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined, b: 1 }, { a: 1, b: undefined }, false],
    [{ a: null }, {}, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{ 0: 1 }, [1], false],
    [5n, 5, true],
    [9007199254740993n, 9007199254740992, false],
    ['5', 5, false],
    [null, undefined, false],
    [{ constructor: 1 }, { a: 1 }, false],
  ])('says of %p and %p: %p', (a, b, equal) => {
    expect(deepEqual(a, b)).toBe(equal)
    expect(deepEqual(b, a)).toBe(equal)
  })

  test('agrees with serialised text for any two values', () => {
    const sorted = (value: unknown): string =>
      JSON.stringify(value, (_, member: unknown) =>
        isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
      )
    const noMinusZero = json.map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    fc.assert(fc.property(noMinusZero, noMinusZero, (a, b) => deepEqual(a, b) === (sorted(a) === sorted(b))))
    fc.assert(fc.property(json, (value) => deepEqual(value, cloneJson(value))))
  })
})

test('sameScalar() compares numbers with bigints by value', () => {
  expect(sameScalar(3, 3n)).toBe(true)
  expect(sameScalar(3.5, 3n)).toBe(false)
  expect(sameScalar('3', 3n)).toBe(false)
})

test('setMember() makes an own member of any name', () => {
  const object = {}
  setMember(object, '__proto__', 1)
  setMember(object, 'b', 2)
  expect(Object.keys(object)).toEqual(['__proto__', 'b'])
})
