import { describe, expect, test } from '@jest/globals'
import { parseExactJson, printExactJson } from '@kubetape/apimachinery'
import fc from 'fast-check'
import { CUT } from './json-bytes.ts'
import { DEPTH_MAX, endOfStructure } from './json-check.ts'
import { ListReader } from './list-reader.ts'
import { ObjectReader } from './object-reader.ts'
import { SharedFields } from './shared-fields.ts'

const HEAD = { kind: 'Thing', apiVersion: 'example.com/v1' }

/** What is said of a text: the parsed part of it, `CUT`, or 'refused'. */
function seen(text: string): unknown {
  const bytes = Buffer.from(text)
  try {
    const end = endOfStructure(bytes, 0, bytes.length)
    return end === CUT ? CUT : bytes.toString('utf8', 0, end)
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return 'refused'
  }
}

/** The text, or undefined when the parser refuses the list. */
function printed(read: () => unknown): string | undefined {
  try {
    return printExactJson(read())
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return undefined
  }
}

function readList(text: string): unknown {
  const reader = new ListReader(new ObjectReader(new SharedFields()), HEAD)
  reader.push(Buffer.from(text))
  return reader.end()
}

/** A JSON value with what parsers stumble over: odd keys, escapes, long numbers, texts about as long as what is parsed at once. */
const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      -0.5,
      1e300,
      9007199254740991,
      'a"b\\c/\n\u0000\u2028',
      '__proto__',
      '9007199254740993',
      '\ud800',
    ),
    fc.integer({ min: 240, max: 260 }).map((length) => 'x'.repeat(length)),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', '1', '0', 'fieldsV1')), tie('node'), {
      maxKeys: 4,
    }),
  ),
})).node
const member = fc.tuple(
  fc.constantFrom('spec', 'status', 'data', 'constructor', 'metadata', '7', 'hasOwnProperty', '__proto__', 'kind'),
  value,
)
const objectText = fc.array(member, { maxLength: 5 }).map((members) => {
  const parts = members.map(([name, of]) => `${JSON.stringify(name)}:${JSON.stringify(of)}`)
  return `{"kind":"Thing","apiVersion":"example.com/v1"${parts.map((part) => `,${part}`).join('')}}`
})
/** Puts another text in the place of a few characters. */
const mishap = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 2 }),
  text: fc.constantFrom(
    '',
    '"',
    '\\',
    '\\u00',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    'x',
    ' ',
    '\n',
    '\u0001',
    'true',
    '12345678901234567',
    'ä',
  ),
})

describe('endOfStructure()', () => {
  test.each(['{}', '[]', ' {"a" : [ 1 , {"b":null} , [ ] ] }'.trim(), '["\\u00e4\\n","]}",-0,1.5e-7,true,false]', '{"":{}}'])(
    'finds the end of %s',
    (text) => {
      expect(seen(text)).toBe(text)
      expect(seen(`${text},"more"}`)).toBe(text)
      for (let end = 1; end < text.length; end++) expect(seen(text.slice(0, end))).toBe(CUT)
    },
  )

  test.each([
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a" 1}',
    '{1:1}',
    '{"a":1 "b":2}',
    '{]',
    '[}',
    '[1,]',
    '[,1]',
    '[1 2]',
    '["a":1]',
    '{"a":[}',
    '[tru]',
    '[nul]',
    '[NaN]',
    '[01]',
    '[1.]',
    '[.5]',
    '[+1]',
    '[1e]',
    '[-]',
    '[0x1]',
    '["\\x"]',
    '["\\u12g4"]',
    '["\n"]',
    "['a']",
    '[1"a"]',
  ])('refuses %s', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
    expect(seen(text)).toBe('refused')
  })

  test('refuses what is deeper than DEPTH_MAX', () => {
    const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(seen(deep(DEPTH_MAX))).toBe(deep(DEPTH_MAX))
    expect(seen(deep(DEPTH_MAX + 2))).toBe('refused')
  })
})

describe('ListReader', () => {
  test('reads the objects that the parser reads, exactly, and refuses what it refuses, when they arrive', () => {
    fc.assert(
      fc.property(fc.array(objectText, { minLength: 1, maxLength: 3 }), fc.array(mishap, { maxLength: 2 }), (objects, mishaps) => {
        let text = `{"items":[${objects.join()}]}`
        for (const { at, length, text: other } of mishaps) {
          const from = 10 + (at % (text.length - 10))
          text = text.slice(0, from) + other + text.slice(from + length)
        }
        const parsed = printed(() => {
          const list = parseExactJson(Buffer.from(text).toString('utf8')) as { items?: unknown[] }
          for (const [number, item] of (Array.isArray(list.items) ? list.items : []).entries())
            if (
              typeof item === 'object' &&
              item !== null &&
              !Array.isArray(item) &&
              !(Object.hasOwn(item, 'kind') && Object.hasOwn(item, 'apiVersion'))
            )
              list.items![number] = { ...HEAD, ...item }
          return list
        })
        let list: unknown
        try {
          list = readList(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          expect(parsed).toBeUndefined()
          return
        }
        // Whatever was taken can be read: nothing throws later.
        expect(printExactJson(list)).toBe(parsed)
      }),
      { numRuns: 1000 },
    )
  })
})
