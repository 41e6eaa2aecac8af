import { describe, expect, test } from '@jest/globals'
import { requestOptions } from './request-options.ts'

describe('requestOptions()', () => {
  test('reads texts, numbers, booleans and lists, and ignores what it does not know', () => {
    const query = new URLSearchParams(
      'labelSelector=a%3Db&limit=5&gracePeriodSeconds=-1&force=perhaps&orphanDependents=false&dryRun=All&dryRun=All&unknown=1&continue=',
    )
    expect(requestOptions(query)).toEqual({
      labelSelector: 'a=b',
      limit: 5,
      gracePeriodSeconds: -1,
      force: true,
      orphanDependents: false,
      dryRun: ['All', 'All'],
    })
    expect(requestOptions(new URLSearchParams())).toEqual({})
  })

  test('refuses a number that is none', () => {
    expect(() => requestOptions(new URLSearchParams('limit=ten'))).toThrow('strconv.ParseInt: parsing "ten": invalid syntax')
    expect(() => requestOptions(new URLSearchParams('limit='))).toThrow('strconv.ParseInt: parsing "": invalid syntax')
    expect(() => requestOptions(new URLSearchParams('timeoutSeconds=99999999999999999999'))).toThrow('value out of range')
  })
})
