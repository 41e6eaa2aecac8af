import { describe, expect, test } from '@jest/globals'
import { cronScheduleError } from './cron-schedule.ts'

describe('cronScheduleError()', () => {
  test.each([
    '0 0 1 1 *',
    '*/5 * * * *',
    '0-30/10,45 0 ? JAN-Mar MON,fri',
    '5/15 * * * *',
    '@daily',
    '@yearly',
    '@every 1h30m',
    '@every 0',
    '  1  2 3\t4 5 ',
    '0 0 1,,2 * *',
    'TZ=UTC 0 0 * * *',
    'CRON_TZ=Europe/Berlin 0 0 * * *',
  ])('accepts %j', (schedule) => {
    expect(cronScheduleError(schedule)).toBeUndefined()
  })

  test.each([
    ['daily', 'expected exactly 5 fields, found 1: [daily]'],
    ['0 0 0 1 1 *', 'expected exactly 5 fields, found 6: [0 0 0 1 1 *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* 24 * * *', 'end of range (24) above maximum (23): 24'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * 13 *', 'end of range (13) above maximum (12): 13'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['*/x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ['*/-1 * * * *', 'negative number (-1) not allowed: -1'],
    ['* * * MON *', 'failed to parse int from MON: strconv.Atoi: parsing "MON": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every', 'unrecognized descriptor: @every'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['@every 1h5y', 'failed to parse duration @every 1h5y: time: unknown unit "y" in duration "1h5y"'],
  ])('tells what is wrong with %j', (schedule, expected) => {
    expect(cronScheduleError(schedule)).toBe(expected)
  })
})
