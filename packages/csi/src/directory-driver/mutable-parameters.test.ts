import { describe, expect, test } from '@jest/globals'
import type { CsiParameters } from '../csi-driver.ts'
import { parsePerformance, type Performance, performanceText } from './mutable-parameters.ts'

describe('parsePerformance()', () => {
  test.each<[CsiParameters, Performance]>([
    [{}, {}],
    [{ iops: '500' }, { iops: 500 }],
    [
      { iops: '256000', throughput: '4000' },
      { iops: 256_000, throughput: 4000 },
    ],
    [
      { 'provisioned-iops': '500', 'provisioned-throughput': '50MiB/s' },
      { iops: 500, throughput: 50 },
    ],
  ])('reads %j', (parameters, performance) => expect(parsePerformance(parameters)).toEqual(performance))

  test.each<[CsiParameters, string, RegExp]>([
    [{ speed: '5' }, 'INVALID_ARGUMENT', /parameter "speed"/],
    [{ constructor: '5' }, 'INVALID_ARGUMENT', /parameter "constructor"/],
    [{ iops: '5', 'provisioned-iops': '5' }, 'INVALID_ARGUMENT', /iops is given twice/],
    [{ iops: '0' }, 'INVALID_ARGUMENT', /whole number/],
    [{ iops: '-1' }, 'INVALID_ARGUMENT', /whole number/],
    [{ iops: '1.5' }, 'INVALID_ARGUMENT', /whole number/],
    [{ iops: '' }, 'INVALID_ARGUMENT', /whole number/],
    [{ throughput: '50GiB/s' }, 'INVALID_ARGUMENT', /MiB/],
    [{ iops: '256001' }, 'OUT_OF_RANGE', /the most is 256000/],
    [{ throughput: '4001MiB/s' }, 'OUT_OF_RANGE', /the most is 4000/],
  ])('refuses %j as %s', (parameters, code, message) => {
    expect(() => parsePerformance(parameters)).toThrow(message)
    expect(() => parsePerformance(parameters)).toThrow(expect.objectContaining({ code }))
  })
})

test('`performanceText()` says what was set', () => {
  expect([performanceText({}), performanceText({ iops: 5 }), performanceText({ iops: 5, throughput: 6 })]).toEqual([
    '',
    'iops 5',
    'iops 5, throughput 6MiB/s',
  ])
})
