import { expect, test } from '@jest/globals'
import { docComment } from './doc-comment.ts'

test('docComment() breaks long lines between words, and leaves words and tags whole', () => {
  const words = Array.from({ length: 30 }, (_, at) => `word${at}`).join(' ')
  const lines = docComment(`${words}\r\n ${'x'.repeat(130)} end`, '  ', [`@default "${'y '.repeat(70)}"`]).split('\n')
  expect(lines.slice(0, 2)).toEqual(['  /**', `   * ${words.slice(0, words.indexOf(' word18'))}`])
  expect(lines.slice(3)).toEqual([`   * ${'x'.repeat(130)}`, '   * end', `   * @default "${'y '.repeat(70)}"`, '   */', ''])
  expect(docComment(' \n ', '')).toBe('')
})
