import { describe, expect, test } from '@jest/globals'
import { codeDigest } from './code-digest.ts'

describe('codeDigest()', () => {
  test.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('is FNV-1a: %p gives %s', (text, digest) => {
    expect(codeDigest(text)).toBe(digest)
  })

  test('tells every change apart, in any script', () => {
    expect(new Set(['ä', 'a', 'å', 'aa', '☃'].map(codeDigest)).size).toBe(5)
  })
})
