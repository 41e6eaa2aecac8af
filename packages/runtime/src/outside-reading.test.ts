import { describe, expect, test } from '@jest/globals'
import { outsideAnswer, readOutside } from './outside-reading.ts'

const fail = (error: unknown) => () => {
  throw error
}

describe('readOutside()', () => {
  test('holds what JSON makes of the answer, frozen', () => {
    const reading = readOutside(() => ({ at: new Date(0), left: undefined }))
    expect(reading).toStrictEqual({ value: { at: '1970-01-01T00:00:00.000Z' } })
    expect(Object.isFrozen((reading as { value: object }).value)).toBe(true)
    expect(readOutside(() => null)).toStrictEqual({ value: null })
    expect(readOutside(() => undefined)).toStrictEqual({})
  })

  test('holds an error for what is thrown, and for what is no JSON', () => {
    const missing = Object.assign(new RangeError('no file'), { code: 'ENOENT' })
    expect(readOutside(fail(missing))).toStrictEqual({ error: { name: 'RangeError', message: 'no file', code: 'ENOENT' } })
    expect(readOutside(fail('text'))).toStrictEqual({ error: { name: 'Error', message: 'text' } })
    expect(readOutside(() => 1n)).toMatchObject({ error: { name: 'TypeError' } })
  })
})

describe('outsideAnswer()', () => {
  test('answers or throws the same for a reading and for what a tape has of it', () => {
    for (const read of [() => ({ n: [1] }), () => undefined, () => null, fail(Object.assign(new TypeError('no'), { code: 7 }))]) {
      const reading = readOutside(read)
      const outcome = (one: typeof reading): unknown => {
        try {
          return { answer: outsideAnswer(one) }
        } catch (error) {
          const { name, message, code } = error as Error & { code?: unknown }
          return { name, message, code }
        }
      }
      const taped = JSON.parse(JSON.stringify(reading)) as typeof reading
      expect(outcome(taped)).toStrictEqual(outcome(reading))
    }
    expect(() => outsideAnswer(readOutside(fail(new RangeError('no file'))))).toThrow(
      expect.objectContaining({ name: 'RangeError', message: 'no file' }),
    )
  })
})
