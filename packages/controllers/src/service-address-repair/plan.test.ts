import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { describe, expect, test } from '@jest/globals'
import { addressNamesOf, ORPHAN_MS, planAddress, planService } from './plan.ts'

const creationTimestamp = '2024-08-13T00:00:00Z'
const BEGIN = Date.parse(creationTimestamp)
const MANAGED = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
const service = (name: string, ...clusterIPs: string[]): Service => ({
  metadata: { name, namespace: 'a' },
  spec: { type: 'ClusterIP', clusterIPs },
})
const address = (name: string, owner = 'web', labels: Record<string, string> = MANAGED): IPAddress => ({
  metadata: { name, labels, creationTimestamp },
  spec: { parentRef: { resource: 'services', namespace: 'a', name: owner } },
})
const RANGE: ServiceCIDR = { metadata: { name: 'r' }, spec: { cidrs: ['10.0.0.0/29', 'fd00::/120'] } }

function repairs(one: Service, addresses: IPAddress[], others: Service[] = []): string[] {
  const planned = planService({
    service: one,
    cidrs: [RANGE],
    addressOf: (name) => addresses.find(({ metadata }) => metadata.name === name),
    serviceOf: (_, name) => [one, ...others].find(({ metadata }) => metadata.name === name),
  })
  return planned.map((repair) =>
    repair.type === 'event'
      ? `${repair.reason}: ${repair.message}`
      : `${repair.existing === undefined ? 'make' : 'make anew'} ${repair.address.metadata.name}`,
  )
}

describe('planService()', () => {
  test('finds the IPAddress of an address that the Service writes in another way', () => {
    const six = address('fd00::1', 'web', { ...MANAGED, 'ipaddress.kubernetes.io/ip-family': 'IPv6' })
    const written = service('web', 'FD00:0:0::0001')
    expect(repairs(written, [six])).toEqual([])
    expect(addressNamesOf(written)).toEqual(['fd00::1'])
    const taken = repairs(service('late', 'fd00::1'), [six], [written])
    expect(taken).toEqual([expect.stringMatching(/^ClusterIPAlreadyAllocated: /)])
  })

  test('does nothing for a Service whose addresses are as they should be, headless or without', () => {
    const six = address('fd00::1', 'web', { ...MANAGED, 'ipaddress.kubernetes.io/ip-family': 'IPv6' })
    expect(repairs(service('web', '10.0.0.1', 'fd00::1'), [address('10.0.0.1'), six])).toEqual([])
    expect(repairs(service('web', 'None'), [])).toEqual([])
    expect(repairs({ metadata: { name: 'web' }, spec: { type: 'ExternalName' } }, [])).toEqual([])
  })

  test.each([
    ['is missing', [], [], ['ClusterIPNotAllocated: Cluster IP [IPv4]: 10.0.0.1 is not allocated; repairing', 'make 10.0.0.1']],
    [
      'names a Service that is gone',
      [address('10.0.0.1', 'old')],
      [],
      ['ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.0.0.1 for Service a/web has a wrong reference; repairing', 'make anew 10.0.0.1'],
    ],
    [
      'has lost its labels',
      [address('10.0.0.1', 'web', {})],
      [],
      ['ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.0.0.1 for Service a/web has a wrong reference; repairing', 'make anew 10.0.0.1'],
    ],
    [
      'is that of another Service with the same address, which keeps it',
      [address('10.0.0.1', 'other')],
      [service('other', '10.0.0.1')],
      [
        'ClusterIPAlreadyAllocated: Cluster IP [IPv4]:10.0.0.1 was assigned to multiple services a/web and a/other; please recreate service',
      ],
    ],
  ] as const)('says so and repairs it when the IPAddress %s', (_, addresses, others, expected) => {
    expect(repairs(service('web', '10.0.0.1'), [...addresses], [...others])).toEqual(expected)
  })

  test('only says that an address is in no range, at the edge of one, or none', () => {
    expect(repairs(service('web', '10.9.0.1'), [])).toEqual([
      'ClusterIPOutOfRange: Cluster IP [IPv4]: 10.9.0.1 is not within any configured Service CIDR; please recreate service',
    ])
    expect(repairs(service('web', '10.0.0.7'), [])).toHaveLength(1)
    expect(repairs(service('web', 'x'), [])).toEqual(['ClusterIPNotValid: Cluster IP x is not a valid IP; please recreate Service'])
  })
})

describe('planAddress()', () => {
  const reasons = (one: IPAddress, of: Service | undefined, laterMs: number): string => {
    const planned = planAddress(one, of, BEGIN + laterMs)
    return planned.action === 'remove' ? planned.event.reason : planned.action
  }

  test('leaves alone what somebody else made, and what its Service has', () => {
    expect(reasons(address('10.0.0.1', 'web', {}), undefined, ORPHAN_MS)).toBe('none')
    expect(reasons(address('10.0.0.1'), service('web', '10.0.0.1'), ORPHAN_MS)).toBe('none')
  })

  test('removes an orphan after a minute, and at once what names a Service without it or no Service at all', () => {
    expect(reasons(address('10.0.0.1'), undefined, ORPHAN_MS - 1)).toBe('wait')
    expect(reasons(address('10.0.0.1'), undefined, ORPHAN_MS)).toBe('IPAddressNotAllocated')
    expect(reasons(address('10.0.0.1'), service('web', '10.0.0.2'), 0)).toBe('IPAddressWrongReference')
    const widget = { ...address('10.0.0.1'), spec: { parentRef: { group: 'example.com', resource: 'widgets', name: 'w' } } }
    expect(reasons(widget, undefined, 0)).toBe('IPAddressNotAllocated')
  })
})
