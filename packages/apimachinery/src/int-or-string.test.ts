import { describe, expect, test } from '@jest/globals'
import { intValue, isPercent, scaledValue } from './int-or-string.ts'

describe('scaledValue()', () => {
  test.each([
    [3, 10, 'up', 3],
    ['25%', 10, 'up', 3],
    ['25%', 10, 'down', 2],
    ['0%', 10, 'up', 0],
    ['100%', 7, 'down', 7],
    ['7%', 100, 'up', 7],
    ['-25%', 10, 'up', -2],
    ['+50%', 3, 'down', 1],
  ] as const)('reads %p of %p, rounded %s, as %p', (value, total, rounding, result) =>
    expect(scaledValue(value, total, rounding) + 0).toBe(result),
  )

  test.each([
    [undefined, 'nil value for IntOrString'],
    ['5', 'invalid value for IntOrString: invalid type: string is not a percentage'],
    ['a%', 'invalid value for IntOrString: invalid value "a%": strconv.Atoi: parsing "a": invalid syntax'],
    ['%', 'invalid value for IntOrString: invalid value "%": strconv.Atoi: parsing "": invalid syntax'],
    [
      '99999999999999999999%',
      'invalid value for IntOrString: invalid value "99999999999999999999%": strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
  ])('refuses %p', (value, message) => expect(() => scaledValue(value, 1, 'up')).toThrow(message))
})

test('intValue() reads numbers in texts and takes others for 0', () => {
  expect([intValue(80), intValue('80'), intValue('http'), intValue('5%')]).toEqual([80, 80, 0, 0])
})

test('isPercent() wants digits and a percent sign', () => {
  expect([isPercent('5%'), isPercent('5'), isPercent(5), isPercent('-5%')]).toEqual([true, false, false, false])
})
