import { describe, expect, test } from '@jest/globals'
import { ExactNumber, isInt64 } from './exact-number.ts'
import { JsonText } from './json-text.ts'
import { RepeatedFields } from './repeated-fields.ts'

describe('JsonText.read()', () => {
  test.each([
    ['{}', 0],
    ['{"a":1,"b":{"c":[{"d":1},{"d":2}]}}', 5],
    ['{"a\\"b" : "c:\\\\", "d":"\\\\\\""}', 2],
    ['["a","b"]', 0],
    ['{"a":1,"a":2}', 2],
  ])('counts the keys of %s', (text, count) => {
    expect(JsonText.read(text).keyCount).toBe(count)
  })

  test.each([
    [String.raw`["\ud800","\uDFFFx"]`, ['\ufffd', '\ufffdx']],
    [String.raw`["\ud83d\ude00","\ud83d\ud83d\ude00"]`, ['😀', '\ufffd😀']],
    [String.raw`["\\ud800","\\\ud800"]`, ['\\ud800', '\\\ufffd']],
    [String.raw`{"\ud800":1}`, { '\ufffd': 1 }],
  ])('has no halves of characters of %s', (text, value) => {
    expect(JsonText.read(text).value).toEqual(value)
    expect(JsonText.read(text).exact()).toEqual(value)
  })

  test.each([
    ['[1,-5,0,123456789012345]', true],
    ['["1.5e3",true,false]', true],
    ['[1.0]', false],
    ['[1e2]', false],
    ['[-0]', false],
    ['[1234567890123456]', false],
    ['{"a":1.5}', false],
  ])('tells whether the numbers of %s are plain', (text, plain) => {
    expect(JsonText.read(text).plainNumbers).toBe(plain)
  })

  test.each([
    ['{"a": "cut"', 'unexpected end of JSON input'],
    ['', 'unexpected end of JSON input'],
    ['metadata: {}', "invalid character 'm' looking for beginning of value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['tru', 'unexpected end of JSON input'],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
  ])('refuses %j in upstream words', (text, message) => {
    expect(() => JsonText.read(text)).toThrow(expect.objectContaining({ name: 'JsonSyntaxError', message }))
  })
})

describe('exact()', () => {
  test('keeps what JSON.parse loses', () => {
    const exact = JsonText.read('{"a":1.0,"b":[2,{"c":9007199254740993,"c":true}],"d":"\\u00e9","__proto__":{}}').exact() as Record<
      string,
      unknown
    >
    expect(exact['a']).toEqual(new ExactNumber('1.0'))
    expect(exact['b']).toEqual([
      2,
      new RepeatedFields([
        ['c', new ExactNumber('9007199254740993')],
        ['c', true],
      ]),
    ])
    expect(exact['d']).toBe('é')
    expect(Object.keys(exact)).toContain('__proto__')
  })

  test('agrees with JSON.parse about anything else', () => {
    const text = '{"a":[],"b":{},"c":[null,true,false,-12,"x\\n\\t\\"\\/"],"d":{"e":{"f":[[1],[2]]}}}'
    expect(JsonText.read(text).exact()).toEqual(JSON.parse(text))
  })
})

test('isInt64() holds 64 bits and takes no fraction', () => {
  expect(['9223372036854775807', '-9223372036854775808', '0', '-0'].every(isInt64)).toBe(true)
  expect(['9223372036854775808', '1.0', '1e2', '', '-', '99999999999999999999999'].some(isInt64)).toBe(false)
})
