import { expect, test } from '@jest/globals'
import { printValue } from './field-error.ts'

test('printValue() prints integers that a JavaScript number does not hold, also within objects', () => {
  const large = 2n ** 62n
  expect(printValue(large)).toBe('4611686018427387904')
  expect(printValue({ a: [large], b: 'x' })).toBe('{"a":[4611686018427387904],"b":"x"}')
  expect(printValue(null)).toBe('"null"')
})
