import { describe, expect, test } from '@jest/globals'
import { retryAfterSeconds } from './answer.ts'

describe('retryAfterSeconds()', () => {
  test('reads seconds and nothing else', () => {
    const read = (value: string | undefined) =>
      retryAfterSeconds({ code: 429, headers: value === undefined ? {} : { 'retry-after': value }, body: '' })
    expect([read('3'), read(' 0 '), read('-1'), read('1.5'), read('Sat, 01 Jan 2000 00:00:00 GMT'), read(undefined)]).toEqual([
      3,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
