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

  test.each<[CsiParameters, RegExp]>([
    [{ speed: '5' }, /parameter "speed"/],
    [{ constructor: '5' }, /parameter "constructor"/],
    [{ iops: '5', 'provisioned-iops': '5' }, /iops is given twice/],
    [{ iops: '0' }, /whole number/],
    [{ iops: '-1' }, /whole number/],
    [{ iops: '1.5' }, /whole number/],
    [{ iops: '' }, /whole number/],
    [{ throughput: '50GiB/s' }, /MiB/],
    [{ iops: '256001' }, /the most is 256000/],
    [{ throughput: '4001MiB/s' }, /the most is 4000/],
  ])('refuses %j', (parameters, message) => {
    expect(() => parsePerformance(parameters)).toThrow(message)
    expect(() => parsePerformance(parameters)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

test('`performanceText()` says what was set', () => {
  expect([performanceText({}), performanceText({ iops: 5 }), performanceText({ iops: 5, throughput: 6 })]).toEqual([
    '',
    'iops 5',
    'iops 5, throughput 6MiB/s',
  ])
})
