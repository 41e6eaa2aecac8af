import { describe, expect, test } from '@jest/globals'
import { parseGoBool } from './go-bool.ts'

describe('parseGoBool()', () => {
  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('reads %s as true', (word) => expect(parseGoBool(word)).toBe(true))
  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('reads %s as false', (word) => expect(parseGoBool(word)).toBe(false))
  test.each(['', 'yes', 'tRUE', ' true', 'true ', '01', 'on', 'toString'])('refuses "%s" with the text of Go', (word) =>
    expect(() => parseGoBool(word)).toThrow(`strconv.ParseBool: parsing "${word}": invalid syntax`),
  )
})
