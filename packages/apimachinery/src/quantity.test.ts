import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isStatusError } from './status-error.ts'
import { canonicalQuantity, parseQuantity, Quantity, quantityOf, ZERO_QUANTITY } from './quantity.ts'

const BAD_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const BAD_SUFFIX = "unable to parse quantity's suffix"

describe('canonicalQuantity()', () => {
  test.each([
    // Kept as written: signs, leading zeros, trailing dots and exponents survive.
    ['0', '0'],
    ['1', '1'],
    ['+3', '+3'],
    ['007', '007'],
    ['5.', '5.'],
    ['1e3', '1e3'],
    ['1E3', '1E3'],
    ['12e6', '12e6'],
    ['1e-3', '1e-3'],
    ['-1', '-1'],
    ['-1Ki', '-1Ki'],
    ['100m', '100m'],
    ['1025Mi', '1025Mi'],
    ['007Gi', '007Gi'],
    ['1500u', '1500u'],
    // Made canonical.
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1.50', '1500m'],
    ['1000m', '1'],
    ['1000', '1k'],
    ['10000', '10k'],
    ['1100', '1100'],
    ['1000k', '1M'],
    ['0.1k', '100'],
    ['1000e0', '1e3'],
    ['1e2', '100'],
    ['1e4', '10e3'],
    ['1000E', '1'],
    ['10e', BAD_SUFFIX],
    ['1024Mi', '1Gi'],
    ['1024Ki', '1Mi'],
    ['8Gi', '8Gi'],
    ['+8Gi', '8Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1.0Ki', '1Ki'],
    ['1023Ki', '1023Ki'],
    ['+1234Ti', '1234Ti'],
    // Nothing counts as zero.
    ['00', '0'],
    ['-0', '0'],
    ['0Ki', '0'],
    ['Gi', '0'],
    ['.', '0'],
    ['+', '0'],
    ['-', '0'],
    ['e3', '0'],
    ['m', '0'],
    // Caps and the finest part.
    ['8Ei', '9223372036854775807'],
    ['-9Ei', '-9223372036854775807'],
    ['7Ei', '7Ei'],
    ['9223372036854775808', '9223372036854775808'],
    ['1n', '1n'],
    ['0.0000000001', '1n'],
    ['-0.0000000001', '-1n'],
    ['0.1234567891', '123456790n'],
    ['0.1n', '1n'],
    ['1e-10', '1e-9'],
  ])('writes %p as %p', (text, written) => {
    if (written === BAD_SUFFIX) expect(() => canonicalQuantity(text)).toThrow(BAD_SUFFIX)
    else expect(canonicalQuantity(text)).toBe(written)
  })

  test('takes numbers and blanks around a text as JSON brings them', () => {
    expect(canonicalQuantity(1.5)).toBe('1500m')
    expect(canonicalQuantity(9007199254740993n)).toBe('9007199254740993')
    expect(canonicalQuantity(1e21)).toBe('1e+21')
    expect(canonicalQuantity(' 1Gi\n')).toBe('1Gi')
    expect(quantityOf(null)).toBe(ZERO_QUANTITY)
    expect(quantityOf(undefined).toString()).toBe('0')
  })
})

describe('parseQuantity()', () => {
  test.each(['', ' 1', '1 ', 'x', '1.2.3', '1a', '1KI', '1ki1x', '0x1', '١'])('refuses %p by its form', (text) => {
    expect(() => parseQuantity(text)).toThrow(BAD_FORMAT)
  })

  test.each(['1i', '1ki', '--1', '1KiKi', '1-5', '1e', '1ee3', '1mi', '1K', '1e99999999999999999999', '1Ki3'])(
    'refuses %p by its suffix',
    (text) => {
      expect(() => parseQuantity(text)).toThrow(BAD_SUFFIX)
    },
  )

  test('throws a Status that can be answered', () => {
    const error = (() => {
      try {
        return parseQuantity('x')
      } catch (caught) {
        return caught
      }
    })()
    expect(isStatusError(error, 'BadRequest')).toBe(true)
  })

  test('answers long input in linear time', () => {
    expect(() => parseQuantity(`${'0'.repeat(100000)}!`)).toThrow(BAD_FORMAT)
    expect(() => parseQuantity(`${'1'.repeat(100000)}!`)).toThrow(BAD_FORMAT)
  })
})

describe('Quantity', () => {
  test.each([
    ['1Gi', '1073741824', 0],
    ['1Gi', '1G', 1],
    ['1e3', '1k', 0],
    ['1001m', '1', 1],
    ['-1', '1', -1],
    ['0', '0Ki', 0],
    ['1e2000000000', '1e1999999999', 1],
    ['-1e2000000000', '1n', -1],
    ['1000E', '1E', 1],
  ])('compare() of %p with %p has the sign %p', (a, b, sign) => {
    expect(Math.sign(parseQuantity(a).compare(parseQuantity(b)))).toBe(sign)
    expect(Math.sign(parseQuantity(b).compare(parseQuantity(a)))).toBe(-sign + 0)
  })

  test('compares with whole numbers', () => {
    expect(parseQuantity('1500m').compare(1)).toBeGreaterThan(0)
    expect(parseQuantity('2k').equals(2000n)).toBe(true)
  })

  test.each([
    ['1', '500m', '1500m'],
    ['1Gi', '1Gi', '2Gi'],
    ['1Gi', '512Mi', '1536Mi'],
    ['1Gi', '1', '1073741825'],
    ['0', '1Gi', '1Gi'],
    ['1Ki', '1m', '1024001m'],
    ['100Mi', '1.5k', '104859100'],
    ['1e3', '1', '1001'],
    ['200m', '150m', '350m'],
  ])('add() of %p and %p is %p', (a, b, sum) => expect(parseQuantity(a).add(parseQuantity(b)).toString()).toBe(sum))

  test('subtract(), negate() and multiply() are exact and canonical', () => {
    expect(parseQuantity('2Gi').subtract(parseQuantity('512Mi')).toString()).toBe('1536Mi')
    expect(parseQuantity('0').subtract(parseQuantity('1Gi')).toString()).toBe('-1Gi')
    expect(parseQuantity('+3').negate().toString()).toBe('-3')
    expect(parseQuantity('300m').multiply(10).toString()).toBe('3')
    expect(parseQuantity('4Ei').add(parseQuantity('4Ei')).toString()).toBe('8Ei')
    expect(
      parseQuantity('8Ei')
        .add(parseQuantity('1'))
        .compare(1n << 63n),
    ).toBe(0)
  })

  test('value() and milliValue() round away from zero and stay within 64 bits', () => {
    expect(parseQuantity('1001m').value()).toBe(2n)
    expect(parseQuantity('-1001m').value()).toBe(-2n)
    expect(parseQuantity('1n').value()).toBe(1n)
    expect(parseQuantity('1.0001').milliValue()).toBe(1001n)
    expect(parseQuantity('2Ki').milliValue()).toBe(2048000n)
    expect(parseQuantity('1e30').value()).toBe(9223372036854775807n)
    expect(parseQuantity('-1e2000000000').value()).toBe(-9223372036854775808n)
    expect(parseQuantity('9223372036854775807').milliValue()).toBe(9223372036854775807n)
    expect(ZERO_QUANTITY.value()).toBe(0n)
  })

  test('asNumber() is the nearest number', () => {
    expect(parseQuantity('100m').asNumber()).toBe(0.1)
    expect(parseQuantity('1Gi').asNumber()).toBe(1073741824)
    expect(parseQuantity('1e30').asNumber()).toBe(1e30)
  })

  test('roundUp() keeps the text of what is coarse enough', () => {
    expect(parseQuantity('+3').roundUp(3).toString()).toBe('+3')
    expect(parseQuantity('1500u').roundUp(3).toString()).toBe('2m')
    expect(parseQuantity('-1500u').roundUp(3).toString()).toBe('-2m')
    expect(parseQuantity('0.5').roundUp(0).toString()).toBe('1')
  })

  test('is made from whole numbers and thousandths', () => {
    expect(Quantity.of(2000).toString()).toBe('2k')
    expect(Quantity.of(1n << 20n, 'BinarySI').toString()).toBe('1Mi')
    expect(Quantity.ofMilli(1500).toString()).toBe('1500m')
    expect(JSON.stringify({ cpu: Quantity.ofMilli(1500) })).toBe('{"cpu":"1500m"}')
    expect(Quantity.of(1500).isZero).toBe(false)
    expect([Quantity.of(-1).sign, ZERO_QUANTITY.sign, Quantity.of(1).sign]).toEqual([-1, 0, 1])
  })
})

const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e-3', 'E2']
const texts = fc
  .tuple(fc.constantFrom('', '+', '-'), fc.bigInt({ min: 0n, max: 99_999n }), fc.constantFrom(...suffixes))
  .map(([sign, digits, suffix]) => `${sign}${digits}${suffix}`)

test('writing a quantity and reading it again keeps its value, and writing is stable', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const first = parseQuantity(text)
      const again = parseQuantity(first.toString())
      expect(again.compare(first)).toBe(0)
      expect(again.toString()).toBe(first.toString())
      expect(new Quantity(first.unscaled, first.scale, first.format).equals(first)).toBe(true)
    }),
  )
})

test('quantities add up like numbers: in any order, and back', () => {
  fc.assert(
    fc.property(texts, texts, texts, (a, b, c) => {
      const [x, y, z] = [parseQuantity(a), parseQuantity(b), parseQuantity(c)]
      expect(x.add(y).equals(y.add(x))).toBe(true)
      expect(
        x
          .add(y)
          .add(z)
          .equals(x.add(y.add(z))),
      ).toBe(true)
      expect(x.add(y).subtract(y).equals(x)).toBe(true)
      expect(Math.sign(x.compare(y))).toBe(x.subtract(y).sign)
    }),
  )
})
