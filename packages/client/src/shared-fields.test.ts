import { describe, expect, test } from '@jest/globals'
import { SharedFields } from './shared-fields.ts'

const taken = (shared: SharedFields, text: string): unknown => {
  const bytes = Buffer.from(`"ä":${text},"more":{}}`)
  return shared.take(bytes, 5, bytes.length)?.value
}

describe('SharedFields.take()', () => {
  test('parses a statement once, and freezes what it shares', () => {
    const shared = new SharedFields()
    const text = '{"f:metadata":{"f:labels":{".":{},"f:größe":{},"k:{\\"a\\":\\"}\\"}":{}}}}'
    const value = taken(shared, text)
    expect(value).toEqual(JSON.parse(text))
    expect(taken(shared, text)).toBe(value)
    expect(Object.isFrozen((value as { 'f:metadata': unknown })['f:metadata'])).toBe(true)
  })

  test('tells statements apart that begin alike, and one that goes on after the other ends', () => {
    const long = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f:${at}`, {}]))
    const statements = [long, { ...long, 'f:39': { '.': {} } }, { ...long, more: {} }, {}]
    const shared = new SharedFields()
    for (const one of [...statements, ...statements]) expect(taken(shared, JSON.stringify(one))).toEqual(one)
  })

  test('knows none that is cut, also when a known one begins like it', () => {
    const shared = new SharedFields()
    const bytes = Buffer.from('{"f:metadata":{}}')
    expect(shared.take(bytes, 0, bytes.length)?.value).toEqual({ 'f:metadata': {} })
    for (let end = 1; end < bytes.length; end++) expect(shared.take(bytes, 0, end)).toBeUndefined()
  })

  test('refuses what is no JSON', () => {
    expect(() => taken(new SharedFields(), '{"a"}')).toThrow(SyntaxError)
  })

  test('forgets before it remembers too much', () => {
    const shared = new SharedFields()
    const first = taken(shared, '{"f:0":{}}')
    expect(taken(shared, '{"f:0":{}}')).toBe(first)
    for (let at = 1; at < 2500; at++) expect(taken(shared, `{"f:${at}":{}}`)).toEqual({ [`f:${at}`]: {} })
    expect(taken(shared, '{"f:0":{}}')).not.toBe(first)
  })
})
