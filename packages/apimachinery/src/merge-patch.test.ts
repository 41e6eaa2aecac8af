import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deepFreeze, isJsonObject, type JsonObject } from './json-value.ts'
import { applyMergePatch, mergePatchBetween, withoutNulls } from './merge-patch.ts'
import { isStatusError } from './status-error.ts'

describe('applyMergePatch()', () => {
  test.each([
    // The examples of RFC 7386 whose patch is an object.
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    // Beyond the RFC: what a list replaces decides whether nulls within it stay.
    [{ a: {} }, { a: [{ b: null }, null] }, { a: [{ b: null }, null] }],
    [{ a: 1 }, { a: [{ b: null }, null] }, { a: [{}, null] }],
    [{ a: 1n }, { b: 9007199254740993n }, { a: 1n, b: 9007199254740993n }],
    [{ a: 1 }, { a: undefined }, { a: 1 }],
    [{}, { constructor: { a: 1 } }, { constructor: { a: 1 } }],
  ])('merges into %p the patch %p', (document, patch, result) => {
    expect(applyMergePatch<unknown>(deepFreeze(document), deepFreeze(patch))).toEqual(result)
  })

  test.each([
    [null, 'Invalid JSON Patch'],
    [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['text', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
    [5, 'error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ])('refuses the patch %p', (patch, message) => {
    let caught: unknown
    try {
      applyMergePatch({}, patch)
    } catch (error) {
      caught = error
    }
    expect(isStatusError(caught, 'BadRequest')).toBe(true)
    expect((caught as Error).message).toBe(message)
  })

  test('does not let a member named __proto__ change a prototype', () => {
    const result = applyMergePatch<JsonObject>({}, JSON.parse('{"__proto__": {"polluted": 1}}'))
    expect(Object.keys(result)).toEqual(['__proto__'])
    expect(({} as JsonObject)['polluted']).toBeUndefined()
  })

  // Nulls within lists stay or go by what the list replaces, so a second application may differ.
  const calm = (value: unknown): unknown => {
    if (Array.isArray(value)) return withoutNulls(value)
    return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, calm(member)])) : value
  }
  const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }).map(calm))

  test('shares nothing with its inputs and applies once', () => {
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const result = applyMergePatch<JsonObject>(deepFreeze(document), deepFreeze(patch))
        const mutable = (value: unknown): boolean =>
          typeof value !== 'object' || value === null || (!Object.isFrozen(value) && Object.values(value).every(mutable))
        expect(mutable(result)).toBe(true)
        expect(applyMergePatch<JsonObject>(result, patch)).toEqual(result)
        for (const [name, value] of Object.entries(patch)) {
          if (value === null) expect(Object.hasOwn(result, name)).toBe(false)
          else if (!isJsonObject(value) && !Array.isArray(value)) expect(result[name]).toBe(value)
        }
      }),
    )
  })
})

describe('mergePatchBetween()', () => {
  test.each([
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 2, d: 2 } }, { b: { c: 2 } }],
    [{ a: 1, b: { c: 1 } }, { b: {} }, { a: null, b: { c: null } }],
    [{ a: [1, 2] }, { a: [1] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
    [{}, { a: null, b: undefined }, undefined],
  ])('makes %j into %j with %j', (before, after, patch) => {
    expect(mergePatchBetween(before, after)).toEqual(patch)
  })

  test('makes any object into any other that has no nulls', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (one, other) => {
        const before = withoutNulls(one) as JsonObject
        const after = withoutNulls(other) as JsonObject
        expect(applyMergePatch(before, mergePatchBetween(before, after) ?? {})).toEqual(after)
      }),
    )
  })
})
