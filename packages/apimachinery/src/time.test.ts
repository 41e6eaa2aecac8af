import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isStatusError } from './status-error.ts'
import { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseMicroTime, parseTime, printTimeForMessage } from './time.ts'

const complaint = (read: (text: string) => unknown, text: string): string => {
  try {
    read(text)
  } catch (error) {
    expect(isStatusError(error, 'BadRequest')).toBe(true)
    return (error as Error).message
  }
  throw new Error(`${text} was accepted`)
}

describe('canonicalTime()', () => {
  test.each([
    ['2024-02-03T04:05:06Z', '2024-02-03T04:05:06Z'],
    ['2024-02-03T04:05:06.999Z', '2024-02-03T04:05:06Z'],
    ['2024-02-03T04:05:06,999Z', '2024-02-03T04:05:06Z'],
    ['2024-02-03T04:05:06+02:00', '2024-02-03T02:05:06Z'],
    ['2024-02-03T04:05:06-24:60', '2024-02-04T05:05:06Z'],
    ['2024-02-03T4:05:06Z', '2024-02-03T04:05:06Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['0001-01-01T00:00:00Z', null],
    ['0099-03-01T00:00:00Z', '0099-03-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ])('reads %p as %p', (text, stored) => expect(canonicalTime(text)).toBe(stored))

  const LAYOUT = '2006-01-02T15:04:05Z07:00'
  test.each([
    ['2024-02-03t04:05:06z', `parsing time "2024-02-03t04:05:06z" as "${LAYOUT}": cannot parse "t04:05:06z" as "T"`],
    ['2024-02-03 04:05:06Z', `parsing time "2024-02-03 04:05:06Z" as "${LAYOUT}": cannot parse " 04:05:06Z" as "T"`],
    ['2024-02-03T24:05:06Z', 'parsing time "2024-02-03T24:05:06Z": hour out of range'],
    ['2024-02-03T04:60:06Z', 'parsing time "2024-02-03T04:60:06Z": minute out of range'],
    ['2024-02-03T04:05:60Z', 'parsing time "2024-02-03T04:05:60Z": second out of range'],
    ['2024-13-03T04:05:06Z', 'parsing time "2024-13-03T04:05:06Z": month out of range'],
    ['2023-02-29T04:05:06Z', 'parsing time "2023-02-29T04:05:06Z": day out of range'],
    ['2024-04-31T04:05:06Z', 'parsing time "2024-04-31T04:05:06Z": day out of range'],
    ['2024-02-00T04:05:06Z', 'parsing time "2024-02-00T04:05:06Z": day out of range'],
    ['2024-02-03T04:05:06+25:00', 'parsing time "2024-02-03T04:05:06+25:00": time zone offset hour out of range'],
    ['2024-02-03T04:05:06+01:61', 'parsing time "2024-02-03T04:05:06+01:61": time zone offset minute out of range'],
    ['2024-02-03T04:05:06', `parsing time "2024-02-03T04:05:06" as "${LAYOUT}": cannot parse "" as "Z07:00"`],
    ['2024-02-03T04:05:06Zx', 'parsing time "2024-02-03T04:05:06Zx": extra text: "x"'],
    ['10000-01-01T00:00:00Z', `parsing time "10000-01-01T00:00:00Z" as "${LAYOUT}": cannot parse "0-01-01T00:00:00Z" as "-"`],
    ['', `parsing time "" as "${LAYOUT}": cannot parse "" as "2006"`],
    ['2024-2-03', `parsing time "2024-2-03" as "${LAYOUT}": cannot parse "2-03" as "01"`],
    ['ä"\\', `parsing time "\\xc3\\xa4\\"\\\\" as "${LAYOUT}": cannot parse "\\xc3\\xa4\\"\\\\" as "2006"`],
  ])('refuses %p', (text, message) => expect(complaint(canonicalTime, text)).toBe(message))
})

describe('canonicalMicroTime()', () => {
  test.each([
    ['2024-02-03T04:05:06.000000Z', '2024-02-03T04:05:06.000000Z'],
    ['2024-02-03T04:05:06.123456Z', '2024-02-03T04:05:06.123456Z'],
    ['2024-02-03T04:05:06.000001+02:00', '2024-02-03T02:05:06.000001Z'],
    ['9999-02-03T04:05:06.000001Z', '9999-02-03T04:05:06.000001Z'],
    ['0001-01-01T00:00:00.000000Z', null],
  ])('reads %p as %p', (text, stored) => expect(canonicalMicroTime(text)).toBe(stored))

  const LAYOUT = '2006-01-02T15:04:05.000000Z07:00'
  test.each([
    ['2024-02-03T04:05:06.123456789Z', 'cannot parse "789Z" as "Z07:00"'],
    ['2024-02-03T04:05:06.5Z', 'cannot parse ".5Z" as ".000000"'],
    ['2024-02-03T04:05:06Z', 'cannot parse "Z" as ".000000"'],
    ['2024-02-03T04:05:06', 'cannot parse "" as ".000000"'],
    ['2024-02-03', 'cannot parse "" as "T"'],
    ['now', 'cannot parse "now" as "2006"'],
  ])('refuses %p', (text, why) => expect(complaint(canonicalMicroTime, text)).toBe(`parsing time "${text}" as "${LAYOUT}": ${why}`))

  test('says only what is out of range where something is', () => {
    expect(complaint(canonicalMicroTime, '2024-02-30T04:05:06.000000Z')).toBe(
      'parsing time "2024-02-30T04:05:06.000000Z": day out of range',
    )
  })
})

test('formatTime() and parseTime() agree on every whole second, before 1970 too', () => {
  const seconds = fc.integer({ min: -62135596800, max: 253402300799 })
  fc.assert(fc.property(seconds, (second) => parseTime(formatTime(second * 1000)) === second * 1000))
  expect(formatTime(1999.9)).toBe('1970-01-01T00:00:01Z')
  expect(formatTime(-1)).toBe('1969-12-31T23:59:59Z')
  expect(parseTime('2024-02-03T04:05:06.999Z')).toBe(Date.UTC(2024, 1, 3, 4, 5, 6))
})

test('formatMicroTime() and parseMicroTime() agree on every microsecond up to 2109', () => {
  const micros = fc.integer({ min: -(2 ** 42 - 1) * 1000, max: (2 ** 42 - 1) * 1000 })
  fc.assert(
    fc.property(micros, (micro) => {
      const text = formatMicroTime(micro / 1000)
      expect(text).toMatch(/\.[0-9]{6}Z$/)
      expect(Math.round(parseMicroTime(text) * 1000)).toBe(micro)
      expect(canonicalMicroTime(text)).toBe(text)
    }),
  )
  expect(formatMicroTime(1.5)).toBe('1970-01-01T00:00:00.001500Z')
})

test('printTimeForMessage() prints times as Go does', () => {
  expect(printTimeForMessage('2024-02-03T04:05:06+01:00')).toBe('2024-02-03 03:05:06 +0000 UTC')
  expect(printTimeForMessage('soon')).toBe('soon')
})
