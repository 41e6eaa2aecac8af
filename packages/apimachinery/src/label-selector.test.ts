import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FieldPath } from './field-error.ts'
import { checkedRequirement } from './label-requirement.ts'
import {
  EVERYTHING,
  LabelSelector,
  labelSelectorFromLabels,
  labelSelectorOf,
  NOTHING,
  parseLabelSelector,
  printGoLabelSelector,
  validateLabelSelector,
} from './label-selector.ts'
import { isStatusError } from './status-error.ts'

const complaint = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    expect(isStatusError(error, 'BadRequest')).toBe(true)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('parseLabelSelector()', () => {
  test.each([
    ['a=b', { a: 'b' }, { a: 'c' }],
    ['a==b', { a: 'b' }, {}],
    ['a!=b', {}, { a: 'b' }],
    ['a!=b', { a: 'c' }, { a: 'b' }],
    ['a', { a: '' }, { b: 'a' }],
    ['!a', { b: 'a' }, { a: '' }],
    ['a in (x,y)', { a: 'y' }, { a: 'z' }],
    ['a in (x, y)', { a: 'x' }, {}],
    ['a in ()', { a: '' }, { a: 'x' }],
    ['a in (,x)', { a: '' }, {}],
    ['a in (x,)', { a: '' }, { a: 'y' }],
    ['a in (x,,y)', { a: '' }, { a: 'z' }],
    ['a notin (x,y)', {}, { a: 'x' }],
    ['a notin (x,y)', { a: 'z' }, { a: 'y' }],
    ['a>1', { a: '2' }, { a: '1' }],
    ['a>1', { a: '+10' }, { a: 'x' }],
    ['a<10', { a: '9' }, {}],
    ['a>9007199254740992', { a: '9007199254740993' }, { a: '9007199254740992' }],
    ['a>1', { a: '2' }, { a: '9223372036854775808' }],
    ['a=', { a: '' }, {}],
    ['a=,b', { a: '', b: '' }, { a: '' }],
    ['in in (in)', { in: 'in' }, {}],
    ['notin', { notin: '' }, {}],
    ['example.com/a=b', { 'example.com/a': 'b' }, { a: 'b' }],
    ['constructor', { constructor: 'x' }, {}],
    ['toString!=x', {}, { toString: 'x' }],
    ['a=b,c!=d,e in (x,y),!f,g notin (z),h>1', { a: 'b', e: 'x', h: '2' }, { a: 'b', e: 'x', h: '2', f: '' }],
    ['  a =\tb , c ', { a: 'b', c: '' }, { a: 'b' }],
  ])('reads %p', (text, selected, other) => {
    const selector = parseLabelSelector(text)
    expect(selector.matches(selected)).toBe(true)
    expect(selector.matches(other)).toBe(false)
    const again = parseLabelSelector(selector.toString())
    expect(again.requirements).toEqual(selector.requirements)
  })

  test.each([
    ['b=1,a=2', 'a=2,b=1'],
    ['a==b', 'a==b'],
    ['x in (c,b,a,b)', 'x in (a,b,c)'],
    ['x notin ( b )', 'x notin (b)'],
    ['a>1,!b,c<3,d!=4', 'a>1,!b,c<3,d!=4'],
    ['', ''],
  ])('writes %p as %p', (text, canonical) => expect(parseLabelSelector(text).toString()).toBe(canonical))

  const OPERATORS = 'in, notin, =, ==, !=, gt, lt'
  test.each([
    ['==', "found '==', expected: !, identifier, or 'end of string'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a b', `unable to parse requirement: found 'b', expected: ${OPERATORS}`],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a in (=', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['a in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (x y)', "unable to parse requirement: found 'y', expected: ',' or ')'"],
    ['a in (x,', "unable to parse requirement: found '', expected: ',', or identifier"],
    ['a in (x,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
    ['a>x', `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['a>', `unable to parse requirement: values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer`],
  ])('refuses %p', (text, message) => expect(complaint(() => parseLabelSelector(text))).toBe(message))

  test('refuses malformed keys and values in the words of names.ts', () => {
    expect(complaint(() => parseLabelSelector('a@=b'))).toMatch(
      /^unable to parse requirement: <nil>: Invalid value: "a@": name part must consist of alphanumeric/,
    )
    expect(complaint(() => parseLabelSelector('a=b@'))).toMatch(
      /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "b@": a valid label must be an empty string or consist/,
    )
    expect(complaint(() => parseLabelSelector('a in (b@,c@)'))).toMatch(
      /^unable to parse requirement: \[values\[0\]\[a\]: Invalid value: "b@": .*, values\[1\]\[a\]: Invalid value: "c@": .*\]$/,
    )
  })

  test('reads back whatever selector it wrote', () => {
    const key = fc.stringMatching(/^[a-z]([a-z.]{0,5}[a-z])?$/)
    const value = fc.stringMatching(/^([a-z0-9]([-a-z0-9_.]{0,5}[a-z0-9])?)?$/)
    const requirement = fc.oneof(
      fc.record({ key, operator: fc.constantFrom('=', '==', '!=' as const), values: fc.tuple(value) }),
      fc.record({
        key,
        operator: fc.constantFrom('in', 'notin' as const),
        values: fc.uniqueArray(value, { minLength: 1 }).map((list) => list.sort()),
      }),
      fc.record({ key, operator: fc.constantFrom('exists', '!' as const), values: fc.constant([]) }),
      fc.record({ key, operator: fc.constantFrom('gt', 'lt' as const), values: fc.tuple(fc.integer({ min: 0 }).map(String)) }),
    )
    fc.assert(
      fc.property(fc.array(requirement), (requirements) => {
        const selector = new LabelSelector(requirements)
        expect(parseLabelSelector(selector.toString()).requirements).toEqual(selector.requirements)
      }),
    )
  })
})

describe('LabelSelector', () => {
  test('EVERYTHING and NOTHING are what they say', () => {
    expect([EVERYTHING.empty, EVERYTHING.nothing, EVERYTHING.matches({}), EVERYTHING.matches(undefined)]).toEqual([true, false, true, true])
    expect([NOTHING.empty, NOTHING.nothing, NOTHING.matches({}), NOTHING.toString()]).toEqual([false, true, false, ''])
    expect(parseLabelSelector('')).toBe(EVERYTHING)
  })

  test('exactValue() is the one value that can match', () => {
    const selector = parseLabelSelector('a=b,c in (d),e in (f,g),h!=i')
    expect(['a', 'c', 'e', 'h', 'x'].map((key) => selector.exactValue(key))).toEqual(['b', 'd', undefined, undefined, undefined])
  })

  test('labelSelectorFromLabels() wants all labels', () => {
    const selector = labelSelectorFromLabels({ b: '2', a: '1' })
    expect(selector.toString()).toBe('a=1,b=2')
    expect([selector.matches({ a: '1', b: '2', c: '3' }), selector.matches({ a: '1' })]).toEqual([true, false])
    expect(labelSelectorFromLabels(undefined)).toBe(EVERYTHING)
  })
})

describe('labelSelectorOf()', () => {
  test('selects nothing when absent and everything when empty', () => {
    expect(labelSelectorOf(undefined)).toBe(NOTHING)
    expect(labelSelectorOf(null)).toBe(NOTHING)
    expect(labelSelectorOf({})).toBe(EVERYTHING)
  })

  test('joins labels and expressions', () => {
    const selector = labelSelectorOf({
      matchLabels: { z: '1' },
      matchExpressions: [
        { key: 'd', operator: 'DoesNotExist' },
        { key: 'a', operator: 'In', values: ['y', 'x'] },
        { key: 'b', operator: 'NotIn', values: ['x'] },
        { key: 'c', operator: 'Exists' },
      ],
    })
    expect(selector.toString()).toBe('a in (x,y),b notin (x),c,!d,z=1')
    expect(selector.matches({ a: 'x', c: '', z: '1' })).toBe(true)
  })

  test('refuses what is no selector', () => {
    expect(complaint(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'X' }] }))).toBe(
      '"X" is not a valid label selector operator',
    )
    expect(complaint(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'In' }] }))).toBe(
      "values: Invalid value: []string{}: for 'in', 'notin' operators, values set can't be empty",
    )
    expect(complaint(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }))).toBe(
      'values: Invalid value: []string{"b"}: values set must be empty for exists and does not exist',
    )
  })
})

describe('validateLabelSelector()', () => {
  const errors = (selector: Parameters<typeof validateLabelSelector>[0], anyValues = false): string[] =>
    validateLabelSelector(selector, FieldPath.of('spec').child('selector'), { anyValues }).map(
      (error) => `${error.field}: ${error.message}`,
    )

  test('accepts good selectors and none', () => {
    expect(errors(undefined)).toEqual([])
    expect(errors({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] })).toEqual([])
  })

  test('says what is wrong in the order of the API server', () => {
    const found = errors({
      matchLabels: { 'a b': 'c' },
      matchExpressions: [
        { key: '', operator: 'In' },
        { key: 'k', operator: 'DoesNotExist', values: ['x'] },
        { key: 'k', operator: 'X', values: ['b c'] },
      ],
    })
    expect(found.map((error) => error.replace(/(name part m|a valid label).*/, '$1…'))).toEqual([
      'spec.selector.matchLabels: Invalid value: "a b": name part m…',
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      'spec.selector.matchExpressions[0].key: Invalid value: "": name part m…',
      'spec.selector.matchExpressions[0].key: Invalid value: "": name part m…',
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'spec.selector.matchExpressions[2].operator: Invalid value: "X": not a valid selector operator',
      'spec.selector.matchExpressions[2].values[0]: Invalid value: "b c": a valid label…',
    ])
  })

  test('lets any value through where a kind must', () => {
    expect(errors({ matchExpressions: [{ key: 'k', operator: 'In', values: ['b c'] }] }, true)).toEqual([])
  })
})

test('checkedRequirement() refuses the wrong number of values', () => {
  expect(() => checkedRequirement('a', '=', ['b', 'c'])).toThrow(
    'values: Invalid value: []string{"b", "c"}: exact-match compatibility requires one single value',
  )
  expect(() => checkedRequirement('a', 'gt', [])).toThrow(
    "values: Invalid value: []string{}: for 'Gt', 'Lt' operators, exactly one value is required",
  )
})

test('printGoLabelSelector() prints as Go does', () => {
  expect(printGoLabelSelector({ matchLabels: { app: 'other' } })).toBe(
    'v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}',
  )
  expect(
    printGoLabelSelector({
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'Exists' },
      ],
    }),
  ).toBe(
    'v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"In", Values:[]string{"b"}}, v1.LabelSelectorRequirement{Key:"c", Operator:"Exists", Values:[]string(nil)}}}',
  )
})
