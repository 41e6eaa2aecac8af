import { describe, expect, test } from '@jest/globals'
import { parseExactJson, printExactJson } from './exact-json.ts'

describe('parseExactJson()', () => {
  test.each<[string, unknown]>([
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', 9223372036854775808],
    ['9007199254740991', 9007199254740991],
    ['1.0', 1],
    ['1234567890123456.5', 1234567890123456.5],
    ['"9007199254740993"', '9007199254740993'],
    ['{"a":[9007199254740993,1]}', { a: [9007199254740993n, 1] }],
  ])('reads %s', (text, value) => {
    expect(parseExactJson(text)).toEqual(value)
  })

  test('refuses what is no JSON', () => {
    expect(() => parseExactJson('{')).toThrow(SyntaxError)
  })
})

describe('printExactJson()', () => {
  test('prints bigints as their digits', () => {
    expect(printExactJson({ a: 9007199254740993n, b: [1, null] })).toBe('{"a":9007199254740993,"b":[1,null]}')
    expect(printExactJson({ a: 1n }, 1)).toBe('{\n "a": 1\n}')
  })

  test('lets other errors through', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(() => printExactJson(circle)).toThrow(TypeError)
  })
})
