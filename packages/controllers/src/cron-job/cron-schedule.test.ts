import { describe, expect, test } from '@jest/globals'
import { ScheduleError } from './cron-fields.ts'
import { readSchedule } from './cron-schedule.ts'
import { TimeZone } from './time-zone.ts'

/** The due times after `from`, in the zone's own words. */
function due(schedule: string, from: string, count: number, zoneName = 'UTC'): string[] {
  const zone = TimeZone.named(zoneName)!
  const read = readSchedule(schedule, zone)
  const out: string[] = []
  for (let at = read.next(Date.parse(from)); at !== undefined && out.length < count; at = read.next(at)) out.push(zone.format(at))
  return out.map((text) => text.replace(':00Z', ''))
}

describe('readSchedule()', () => {
  test.each<{ schedule: string; from: string; expected: string[] }>([
    { schedule: '*/15 * * * *', from: '2024-01-01T00:00:00Z', expected: ['2024-01-01T00:15', '2024-01-01T00:30'] },
    { schedule: '*/15 * * * *', from: '2024-01-01T23:50:30.5Z', expected: ['2024-01-02T00:00', '2024-01-02T00:15'] },
    {
      schedule: '5/20 3 * * *',
      from: '2024-01-01T00:00:00Z',
      expected: ['2024-01-01T03:05', '2024-01-01T03:25', '2024-01-01T03:45', '2024-01-02T03:05'],
    },
    { schedule: '0 0 31 * *', from: '2024-01-31T00:00:00Z', expected: ['2024-03-31T00:00', '2024-05-31T00:00'] },
    { schedule: '0 0 29 Feb ?', from: '2024-02-29T00:00:00Z', expected: ['2028-02-29T00:00'] },
    { schedule: '59 23 31 12 *', from: '2024-12-31T23:59:00Z', expected: ['2025-12-31T23:59'] },
    { schedule: '0 0 * * MON-wed', from: '2024-01-02T00:00:00Z', expected: ['2024-01-03T00:00', '2024-01-08T00:00', '2024-01-09T00:00'] },
    {
      schedule: '1-5/2,10 8-18/8 * jan sun',
      from: '2024-01-07T08:04:00Z',
      expected: ['2024-01-07T08:05', '2024-01-07T08:10', '2024-01-07T16:01'],
    },
    { schedule: '0,,30 0 * * *', from: '2024-01-01T00:00:00Z', expected: ['2024-01-01T00:30', '2024-01-02T00:00'] },
    { schedule: '@hourly', from: '2024-01-01T00:00:00Z', expected: ['2024-01-01T01:00'] },
    { schedule: '@midnight', from: '2024-01-01T00:00:00Z', expected: ['2024-01-02T00:00'] },
    { schedule: '@weekly', from: '2024-01-01T00:00:00Z', expected: ['2024-01-07T00:00'] },
    { schedule: '@monthly', from: '2024-01-01T00:00:00Z', expected: ['2024-02-01T00:00'] },
    { schedule: '@annually', from: '2024-01-01T00:00:00Z', expected: ['2025-01-01T00:00'] },
  ])('finds the due times of $schedule', ({ schedule, from, expected }) => {
    expect(due(schedule, from, expected.length)).toEqual(expected)
  })

  test.each<{ what: string; schedule: string; expected: string[] }>([
    { what: 'either day field when both are restricted', schedule: '0 0 13 * 5', expected: ['05', '12', '13', '19'] },
    { what: 'either day field when one has a step above 1', schedule: '0 0 */10 * 1', expected: ['08', '11', '15', '21'] },
    { what: 'both day fields when one is open', schedule: '0 0 * * 1', expected: ['08', '15', '22', '29'] },
    { what: 'both day fields when one is open with a step of 1', schedule: '0 0 */1 * 1', expected: ['08', '15', '22', '29'] },
    { what: 'both day fields when one is open in a list', schedule: '0 0 1,* * 1', expected: ['08', '15', '22', '29'] },
  ])('wants $what', ({ schedule, expected }) => {
    expect(due(schedule, '2024-01-01T00:00:00Z', 4)).toEqual(expected.map((day) => `2024-01-${day}T00:00`))
  })

  test('is never due where no such day exists', () => {
    expect(due('59 23 31 2 *', '2024-01-01T00:00:00Z', 1)).toEqual([])
    expect(due('59 23 31 2 *', '2024-01-01T00:00:00Z', 1, 'America/New_York')).toEqual([])
  })

  test('counts `@every` from the time looked from, in whole seconds', () => {
    expect(readSchedule('@every 1m30.7s', TimeZone.utc()).next(1_000_400)).toBe(1_000_000 + 90_000)
    expect(readSchedule('@every 10ms', TimeZone.utc()).next(5000)).toBe(6000)
  })

  test.each<{ what: string; schedule: string; zone: string; from: string; expected: string[] }>([
    {
      what: 'reads the clock of the zone',
      schedule: '30 9 * * *',
      zone: 'Asia/Kolkata',
      from: '2024-01-01T00:00:00Z',
      expected: ['2024-01-01T09:30:00+05:30', '2024-01-02T09:30:00+05:30'],
    },
    {
      what: 'leaves out a time that the clock skips',
      schedule: '30 2 * * *',
      zone: 'America/New_York',
      from: '2024-03-09T00:00:00Z',
      expected: ['2024-03-09T02:30:00-05:00', '2024-03-11T02:30:00-04:00'],
    },
    {
      what: 'goes on hourly across a skipped hour',
      schedule: '0 * * * *',
      zone: 'America/New_York',
      from: '2024-03-10T05:30:00Z',
      expected: ['2024-03-10T01:00:00-05:00', '2024-03-10T03:00:00-04:00'],
    },
    {
      what: 'is due twice at a time that the clock shows twice',
      schedule: '30 1 * * *',
      zone: 'America/New_York',
      from: '2024-11-03T04:00:00Z',
      expected: ['2024-11-03T01:30:00-04:00', '2024-11-03T01:30:00-05:00', '2024-11-04T01:30:00-05:00'],
    },
    {
      what: 'keeps the hour of the wall clock over the year',
      schedule: '0 12 1 */6 *',
      zone: 'Europe/Berlin',
      from: '2024-01-01T00:00:00Z',
      expected: ['2024-01-01T12:00:00+01:00', '2024-07-01T12:00:00+02:00', '2025-01-01T12:00:00+01:00'],
    },
    {
      what: 'skips a day that a zone skipped',
      schedule: '0 8 * * *',
      zone: 'Pacific/Apia',
      from: '2011-12-29T12:00:00Z',
      expected: ['2011-12-29T08:00:00-10:00', '2011-12-31T08:00:00+14:00'],
    },
    {
      what: 'follows a clock that changes by half an hour',
      schedule: '15 2 * * *',
      zone: 'Australia/Lord_Howe',
      from: '2024-10-04T12:00:00Z',
      expected: ['2024-10-05T02:15:00+10:30', '2024-10-07T02:15:00+11:00'],
    },
  ])('$what', ({ schedule, zone, from, expected }) => {
    expect(due(schedule, from, expected.length, zone)).toEqual(expected)
  })

  test('takes the zone of a prefix before its own', () => {
    expect(due('TZ=Asia/Tokyo 0 0 * * *', '2024-01-01T00:00:00Z', 1)).toEqual(['2024-01-01T15:00'])
    expect(due('CRON_TZ=Asia/Tokyo 0 0 * * *', '2024-01-01T00:00:00Z', 1)).toEqual(['2024-01-01T15:00'])
  })

  test.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 0 0 * * *', 'expected exactly 5 fields, found 6: [0 0 0 * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['*/-5 * * * *', 'negative number (-5) not allowed: -5'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
    ['TZ=Mars/Base 0 0 * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
  ])('refuses %j', (schedule, message) => {
    expect(() => readSchedule(schedule, TimeZone.utc())).toThrow(new ScheduleError(message))
  })
})
