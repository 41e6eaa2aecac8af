import { describe, expect, test } from '@jest/globals'
import { formatCidr, formatIp, parseCidr, parseIp, rangeHolds } from './ip-address.ts'

describe('parseIp()', () => {
  test.each([
    ['10.96.0.1', '10.96.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fd00::', 'fd00::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('reads %s, whose one form is %s', (text, form) => {
    expect(formatIp(parseIp(text)!)).toBe(form)
  })

  test.each([
    '',
    '10.0.0',
    '10.0.0.01',
    '10.0.0.256',
    '10.0.0.1.1',
    '1.2.3.4 ',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::12345',
    'fe80::1%eth0',
    '1.2.3.4::',
    '::1.2.3.4:5',
    'nonsense',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })

  test('says the family', () => {
    expect(['10.0.0.1', '::1', '::ffff:10.0.0.1'].map((text) => parseIp(text)?.family)).toEqual([4, 6, 6])
  })
})

describe('parseCidr()', () => {
  test.each([
    ['10.96.0.0/16', '10.96.0.0/16', '10.96.255.255'],
    ['10.96.7.9/29', '10.96.7.8/29', '10.96.7.15'],
    ['0.0.0.0/0', '0.0.0.0/0', '255.255.255.255'],
    ['fd00:1::/108', 'fd00:1::/108', 'fd00:1::f:ffff'],
    ['::1/128', '::1/128', '::1'],
  ])('reads %s', (text, form, last) => {
    const range = parseCidr(text)!
    expect(formatCidr(range)).toBe(form)
    expect(formatIp({ family: range.family, value: range.last })).toBe(last)
  })

  test.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0.0/08', '10.0.0.0/8/8', 'x/8'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })
})

describe('rangeHolds()', () => {
  test.each([
    ['10.0.0.0', true],
    ['10.0.0.7', true],
    ['10.0.0.8', false],
    ['9.255.255.255', false],
    ['::a00:0', false],
  ])('says of %s in 10.0.0.0/29 %s', (text, holds) => {
    expect(rangeHolds(parseCidr('10.0.0.0/29')!, parseIp(text)!)).toBe(holds)
  })
})
