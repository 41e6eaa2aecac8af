import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareKeys, prefixEnd } from './key-order.ts'

const bytesCompare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '/', '\0', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
})

describe('compareKeys()', () => {
  test('orders as the bytes do', () => {
    fc.assert(fc.property(text, text, (a, b) => Math.sign(compareKeys(a, b)) === bytesCompare(a, b)))
  })
})

describe('prefixEnd()', () => {
  test('parts the keys with the prefix from those above them', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const end = prefixEnd(prefix)
        const within = compareKeys(other, prefix) >= 0 && (end === undefined || compareKeys(other, end) < 0)
        return within === other.startsWith(prefix)
      }),
    )
  })

  test('skips the surrogates and has no end for the empty prefix', () => {
    expect(prefixEnd('a/')).toBe('a0')
    expect(prefixEnd('\ud7ff')).toBe('\ue000')
    expect(prefixEnd('a\u{10ffff}')).toBe('b')
    expect(prefixEnd('')).toBeUndefined()
  })
})
