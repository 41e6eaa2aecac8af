import { describe, expect, test } from '@jest/globals'
import { lineDiff } from './line-diff.ts'

const lines = (text: string): string[] => text.split(' ').filter(Boolean)

describe('lineDiff()', () => {
  test('answers nothing when nothing differs', () => {
    expect(lineDiff(lines('a b'), lines('a b'))).toEqual([])
  })

  test('shows three lines around a change', () => {
    expect(lineDiff(lines('1 2 3 4 5 6 7 8 9'), lines('1 2 3 4 x 6 7 8 9'))).toEqual([
      '@@ -2,7 +2,7 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+x',
      ' 6',
      ' 7',
      ' 8',
    ])
  })

  test('keeps changes that are near in one hunk, and far ones apart', () => {
    const before = Array.from({ length: 30 }, (_, i) => String(i))
    const after = before.with(5, 'x').with(11, 'y').with(25, 'z')
    expect(lineDiff(before, after).filter((line) => line.startsWith('@@'))).toEqual(['@@ -3,13 +3,13 @@', '@@ -23,7 +23,7 @@'])
  })

  test('shows one side alone when the other is empty', () => {
    expect(lineDiff([], lines('a b'))).toEqual(['@@ -1,0 +1,2 @@', '+a', '+b'])
    expect(lineDiff(lines('a'), [])).toEqual(['@@ -1,1 +1,0 @@', '-a'])
  })

  test('finds what both have in common between insertions and deletions', () => {
    expect(lineDiff(lines('a b c d'), lines('b x c e d'))).toEqual(['@@ -1,4 +1,5 @@', '-a', ' b', '+x', ' c', '+e', ' d'])
  })

  test('turns the one text into the other when its marks are obeyed', () => {
    const [before, after] = [lines('the quick brown fox jumps over the lazy dog'), lines('a quick red fox leaps over the very lazy cat')]
    const diff = lineDiff(before, after).filter((line) => !line.startsWith('@@'))
    expect(diff.filter((line) => !line.startsWith('+')).map((line) => line.slice(1))).toEqual(before)
    expect(diff.filter((line) => !line.startsWith('-')).map((line) => line.slice(1))).toEqual(after)
  })
})
