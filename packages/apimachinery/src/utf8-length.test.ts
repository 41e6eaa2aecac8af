import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { utf8Length } from './utf8-length.ts'

test('utf8Length() counts the bytes of any text', () => {
  const encoder = new TextEncoder()
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => utf8Length(text) === encoder.encode(text).length))
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => utf8Length(text) === encoder.encode(text).length))
  expect(utf8Length('\ud800a')).toBe(encoder.encode('\ud800a').length)
})
