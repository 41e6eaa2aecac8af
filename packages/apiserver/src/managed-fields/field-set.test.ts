import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { difference, EMPTY_SET, equalSets, type FieldSet, intersection, isEmptySet, LEAF, union, without } from './field-set.ts'

/** The fields of a set as texts, to compare with sets of texts. */
function paths(set: FieldSet, prefix = ''): string[] {
  return Object.entries(set).flatMap(([element, node]) => {
    if (element === '.') return []
    const path = `${prefix}/${element}`
    return ['.' in node || isEmptySet(node) ? path : [], paths(node, path)].flat()
  })
}

const setOf = (...fields: string[]): FieldSet =>
  fields.map((field) => field.split('/').reduceRight<FieldSet>((below, element) => ({ [element]: below }), LEAF)).reduce(union, EMPTY_SET)
const element = fc.constantFrom('f:a', 'f:b', 'k:{"x":1}')
const arbitrarySet = fc
  .array(fc.array(element, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
  .map((fields) => setOf(...fields.map((field) => field.join('/'))))
const sorted = (fields: Iterable<string>): string[] => [...new Set(fields)].sort()

describe('field sets', () => {
  test('are what the wire says: a dot marks a field that has fields below it', () => {
    expect(setOf('f:labels', 'f:labels/f:app', 'f:spec/f:replicas')).toEqual({
      'f:labels': { '.': {}, 'f:app': {} },
      'f:spec': { 'f:replicas': {} },
    })
  })

  test('union(), difference() and intersection() do to fields what they do to sets', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (a, b) => {
        const [left, right] = [paths(a), paths(b)]
        expect(sorted(paths(union(a, b)))).toEqual(sorted([...left, ...right]))
        expect(sorted(paths(difference(a, b)))).toEqual(sorted(left.filter((path) => !right.includes(path))))
        expect(sorted(paths(intersection(a, b)))).toEqual(sorted(left.filter((path) => right.includes(path))))
        expect(equalSets(a, b)).toBe(sorted(left).join() === sorted(right).join())
      }),
    )
  })

  test('are never changed by operations', () => {
    const frozen = (set: FieldSet): FieldSet => {
      Object.values(set).forEach(frozen)
      return Object.freeze(set)
    }
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (a, b) => {
        frozen(a)
        frozen(b)
        expect(() => [union(a, b), difference(a, b), intersection(a, b), without(a, b)]).not.toThrow()
      }),
    )
  })

  test('difference() answers the set itself when nothing is taken from it', () => {
    const set = setOf('f:a/f:b')
    expect(difference(set, setOf('f:a', 'f:c'))).toBe(set)
    expect(difference(set, set)).toBe(EMPTY_SET)
  })

  test('without() takes what is below, too', () => {
    const set = setOf('f:spec/f:a', 'f:metadata/f:labels', 'f:metadata/f:labels/f:app', 'f:metadata/f:annotations')
    expect(paths(without(set, setOf('f:spec', 'f:metadata/f:labels')))).toEqual(['/f:metadata/f:annotations'])
    expect(without(set, setOf('f:status'))).toBe(set)
  })
})
