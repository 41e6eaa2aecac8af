import { describe, expect, test } from '@jest/globals'
import type { Ingress } from '@kubetape/api/types/networking/v1'
import { validateIngressStatus } from './ingress-status-validation.ts'

describe('validateIngressStatus()', () => {
  const errorsOf = (ingress: object): string[] =>
    validateIngressStatus({ metadata: {}, status: { loadBalancer: { ingress: [ingress] } } } as Ingress).map(
      ({ field, message }) => `${field}: ${message}`,
    )

  test('takes addresses, names and nothing', () => {
    expect([errorsOf({ ip: '192.0.2.1' }), errorsOf({ hostname: 'lb.example.com' }), errorsOf({})]).toEqual([[], [], []])
  })

  test('refuses texts that are no address, and addresses that stand for a name', () => {
    expect(errorsOf({ ip: 'no address' })).toEqual([
      'status.loadBalancer.ingress[0].ip: Invalid value: "no address": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ])
    expect(errorsOf({ hostname: '192.0.2.1' })).toEqual([
      'status.loadBalancer.ingress[0].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address',
    ])
    expect(errorsOf({ hostname: 'UPPER' })[0]).toContain('a lowercase RFC 1123 subdomain')
  })
})
