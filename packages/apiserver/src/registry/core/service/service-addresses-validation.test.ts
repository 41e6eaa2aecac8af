import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import { specialAddressErrors } from './service-addresses-validation.ts'

describe('specialAddressErrors()', () => {
  test.each([
    ['0.0.0.0', 'may not be unspecified (0.0.0.0)'],
    ['::', 'may not be unspecified (::)'],
    ['127.9.9.9', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['::1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['169.254.1.1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['febf::1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['224.0.0.1', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
    ['ff02::1', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
    ['ff12::1', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ])('refuses %s', (text, detail) => {
    expect(specialAddressErrors(FieldPath.of('ip'), text).map(({ message }) => message)).toEqual([expect.stringContaining(detail)])
  })

  test.each(['10.0.0.1', '224.0.1.1', 'ff05::1', 'fec0::1', '2001:db8::1'])('takes %s', (text) => {
    expect(specialAddressErrors(FieldPath.of('ip'), text)).toEqual([])
  })
})
