import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { escapeFieldValue, FieldSelector, parseFieldSelector, unknownField, unsupportedField } from './field-selector.ts'
import { isStatusError } from './status-error.ts'

describe('parseFieldSelector()', () => {
  const one = { 'metadata.name': 'one', 'spec.nodeName': '' }
  test.each([
    ['metadata.name=one', true],
    ['metadata.name==one', true],
    ['metadata.name!=one', false],
    ['metadata.name=one,metadata.name=two', false],
    ['metadata.name=one,spec.nodeName=', true],
    ['metadata.name=one,', true],
    [',metadata.name=one', true],
    ['spec.nodeName!=', false],
    ['absent=', true],
    ['constructor=', true],
    ['', true],
  ])('reads %p', (text, matches) => {
    const selector = parseFieldSelector(text)
    expect(selector.matches(one)).toBe(matches)
    expect(parseFieldSelector(selector.toString())).toEqual(selector)
  })

  test.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['a=b,metadata.name>one', "invalid selector: 'a=b,metadata.name>one'; can't understand 'metadata.name>one'"],
    ['metadata.name in (one)', "invalid selector: 'metadata.name in (one)'; can't understand 'metadata.name in (one)'"],
    ['!metadata.name', "invalid selector: '!metadata.name'; can't understand '!metadata.name'"],
    ['metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
    ['metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
    ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ])('refuses %p', (text, message) => {
    const attempt = (): unknown => parseFieldSelector(text)
    expect(attempt).toThrow(new Error(message))
  })

  test('answers a Status', () => {
    let caught: unknown
    try {
      parseFieldSelector('x')
    } catch (error) {
      caught = error
    }
    expect(isStatusError(caught, 'BadRequest')).toBe(true)
  })

  test('sorts terms and unescapes values', () => {
    expect(parseFieldSelector('b=x\\,y\\=z\\\\,a!=1').requirements).toEqual([
      { field: 'a', operator: '!=', value: '1' },
      { field: 'b', operator: '=', value: 'x,y=z\\' },
    ])
  })

  test('takes an empty field name for a field', () => {
    expect(parseFieldSelector('=one').requirements).toEqual([{ field: '', operator: '=', value: 'one' }])
  })

  test('reads back any value that was escaped', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseFieldSelector(`f=${escapeFieldValue(value)}`).requirements).toEqual([{ field: 'f', operator: '=', value }])
      }),
    )
  })
})

describe('FieldSelector', () => {
  test('transform() renames fields, drops terms and lets errors through', () => {
    const selector = parseFieldSelector('a=1,b!=2,c=3')
    const changed = selector.transform((field, value) => (field === 'c' ? undefined : { field: field.toUpperCase(), value }))
    expect(changed.toString()).toBe('A=1,B!=2')
    const refusing = (): unknown =>
      selector.transform((field) => {
        throw unsupportedField(field)
      })
    expect(refusing).toThrow('field label not supported: a')
  })

  test('exactValue() knows only equality', () => {
    const selector = parseFieldSelector('metadata.name=one,spec.nodeName!=n')
    expect([selector.exactValue('metadata.name'), selector.exactValue('spec.nodeName'), selector.exactValue('x')]).toEqual([
      'one',
      undefined,
      undefined,
    ])
    expect(new FieldSelector([]).empty).toBe(true)
  })
})

test('unknownField() names the fields that every kind has', () => {
  expect(unknownField('data').message).toBe('"data" is not a known field selector: only "metadata.name", "metadata.namespace"')
})
