import { describe, expect, test } from '@jest/globals'
import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { scanServices } from './service-scan.ts'

const MANAGED = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
const service = (name: string, ...clusterIPs: string[]): Service => ({ metadata: { namespace: 'a', name }, spec: { clusterIPs } })
const address = (name: string, owner: string, labels: Record<string, string> = MANAGED): IPAddress => ({
  metadata: { name, labels },
  spec: { parentRef: { resource: 'services', namespace: 'a', name: owner } },
})
const cidr = (name: string, cidrs: string[], ready?: 'True' | 'False', leaving = false): ServiceCIDR => ({
  metadata: { name, ...(leaving ? { deletionTimestamp: '2024-08-13T00:00:00Z' } : {}) },
  spec: { cidrs },
  ...(ready === undefined
    ? {}
    : { status: { conditions: [{ type: 'Ready', status: ready, reason: '', message: '', lastTransitionTime: '2024-08-13T00:00:00Z' }] } }),
})

describe('scanServices()', () => {
  test('counts each range of each ServiceCIDR, and says what becomes of it', () => {
    const cidrs = [
      cidr('both', ['10.0.0.0/24', 'fd00::/120'], 'True'),
      cidr('new', ['10.0.1.0/30']),
      cidr('going', ['10.0.2.0/30'], 'True', true),
      cidr('held', ['10.0.0.0/29'], 'False', true),
    ]
    const services = [service('web', '10.0.0.1', 'fd00::1'), service('none', 'None')]
    const addresses = [address('10.0.0.1', 'web'), address('fd00::1', 'web'), address('10.0.0.200', '', {})]
    const { ranges } = scanServices({ services, objects: { cidrs, addresses } })
    expect(ranges.map((row) => Object.values(row).join(' '))).toEqual([
      '10.0.0.0/24 both Ready 254 2 252 16',
      'fd00::/120 both Ready 255 1 254 16',
      '10.0.1.0/30 new Pending 2 0 2 0',
      '10.0.2.0/30 going Terminating 2 0 2 0',
      '10.0.0.0/29 held Blocked 6 1 5 0',
    ])
  })

  test('says whose each address is, in the order of addresses', () => {
    const guard = { metadata: { name: '10.0.0.3' }, spec: { parentRef: { group: 'example.com', resource: 'guards', name: 'g' } } }
    const services = [service('second', '10.0.0.10'), service('web', '10.0.0.9', 'fd00:0::1')]
    const addresses = [address('fd00::1', 'web'), address('10.0.0.10', 'second'), address('10.0.0.9', 'web'), guard]
    const cidrs = [cidr('one', ['10.0.0.0/28', 'fd00::/120'], 'True'), cidr('two', ['10.0.0.8/29'], 'True')]
    expect(scanServices({ services, objects: { cidrs, addresses } }).addresses).toEqual([
      { address: '10.0.0.3', ranges: ['10.0.0.0/28'], owners: ['guards.example.com g'] },
      { address: '10.0.0.9', ranges: ['10.0.0.0/28', '10.0.0.8/29'], owners: ['a/web'] },
      { address: '10.0.0.10', ranges: ['10.0.0.0/28', '10.0.0.8/29'], owners: ['a/second'] },
      { address: 'fd00::1', ranges: ['fd00::/120'], owners: ['a/web'] },
    ])
  })

  test.each<[string, Service[], IPAddress[], string | undefined]>([
    ['that is as it should be', [service('web', '10.0.0.1')], [address('10.0.0.1', 'web')], undefined],
    ['that two Services have', [service('web', '10.0.0.1'), service('too', '10.0.0.1')], [address('10.0.0.1', 'web')], 'duplicate'],
    ['that no IPAddress stands for', [service('web', '10.0.0.1')], [], 'missing'],
    ['that another has by its IPAddress', [service('web', '10.0.0.1')], [address('10.0.0.1', 'too')], 'missing'],
    ['that somebody else reserved', [service('web', '10.0.0.1')], [address('10.0.0.1', 'web', {})], 'missing'],
    ['whose Service is gone', [], [address('10.0.0.1', 'web')], 'orphan'],
    ['at the edge of the range', [service('web', '10.0.0.7')], [address('10.0.0.7', 'web')], 'outside'],
  ])('finds an address %s', (_, services, addresses, finding) => {
    const [row] = scanServices({ services, objects: { cidrs: [cidr('one', ['10.0.0.0/29'], 'True')], addresses } }).addresses
    expect(row?.finding).toBe(finding)
  })

  test('misses no IPAddress where none are served, but finds an address that two have', () => {
    const services = [service('web', '10.0.0.1'), service('one', '10.0.0.2'), service('two', '10.0.0.2')]
    expect(scanServices({ services, objects: undefined })).toEqual({
      ranges: [],
      addresses: [
        { address: '10.0.0.1', ranges: [], owners: ['a/web'] },
        { address: '10.0.0.2', ranges: [], owners: ['a/one', 'a/two'], finding: 'duplicate' },
      ],
    })
  })
})
