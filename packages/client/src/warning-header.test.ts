import { describe, expect, test } from '@jest/globals'
import { warningTexts } from './warning-header.ts'

describe('warningTexts()', () => {
  test('reads one warning', () => {
    expect(warningTexts('299 - "unknown field \\"spec.x\\""')).toEqual(['unknown field "spec.x"'])
  })

  test('reads several warnings in one header, with commas and backslashes inside', () => {
    expect(warningTexts('299 - "a, b", 299 kube "c\\\\d" "Sat, 01 Jan 2000 00:00:00 GMT", 299 - "e"')).toEqual(['a, b', 'c\\d', 'e'])
  })

  test('decodes UTF-8, which Node reads as Latin-1', () => {
    expect(warningTexts(`299 - "${Buffer.from('größer').toString('latin1')}"`)).toEqual(['größer'])
  })

  test('skips other codes and empty texts', () => {
    expect(warningTexts('199 - "other", 299 - "", 299 - "this"')).toEqual(['this'])
  })

  test('stops where it cannot read on', () => {
    expect(warningTexts('299 - "first", 299 broken')).toEqual(['first'])
    expect(warningTexts('')).toEqual([])
    expect(warningTexts(undefined)).toEqual([])
  })
})
