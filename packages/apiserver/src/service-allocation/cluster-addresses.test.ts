import { describe, expect, test } from '@jest/globals'
import { parseCidr } from '@kubetape/apimachinery'
import { seededRandom } from '@kubetape/determinism'
import { TestServer } from '../testing/test-server.ts'
import { ClusterAddresses } from './cluster-addresses.ts'

const READY = [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2024-08-13T00:00:00Z' }]

async function serve({ fromObjects = true, flag = ['10.0.0.0/28'] } = {}) {
  const server = await TestServer.start({
    runtimeConfig: { 'networking.k8s.io/v1beta1': 'true' },
    gates: { MultiCIDRServiceAllocator: true },
  })
  const addresses = new ClusterAddresses({
    storage: server.storage,
    random: seededRandom(1),
    flagRanges: flag.map((text) => parseCidr(text)!),
    fromObjects,
  })
  const range = async (name: string, ...cidrs: string[]): Promise<void> => {
    await server.create('networking.k8s.io/v1beta1/servicecidrs', { metadata: { name, finalizers: ['example.com/hold'] }, spec: { cidrs } })
    await server.patch(`networking.k8s.io/v1beta1/servicecidrs/${name}/status`, 'merge', { status: { conditions: READY } })
  }
  const drain = (family: 'IPv4' | 'IPv6' = 'IPv4'): string[] => {
    const all: string[] = []
    for (let one = addresses.draw(family, addresses.newHolder()); one !== undefined; one = addresses.draw(family, addresses.newHolder()))
      all.push(one)
    return all
  }
  return { server, addresses, range, drain }
}

describe('ClusterAddresses', () => {
  test('gives out every address of every open range once, the oldest range first', async () => {
    const { addresses, range, drain } = await serve()
    expect(drain()).toEqual([])
    await range('first', '10.1.0.0/29')
    await range('second', '10.1.0.8/30', 'fd00::/126')
    const all = drain()
    expect([...all].sort()).toEqual(['10.1.0.1', '10.1.0.10', '10.1.0.2', '10.1.0.3', '10.1.0.4', '10.1.0.5', '10.1.0.6', '10.1.0.9'])
    expect(all.slice(6).sort()).toEqual(['10.1.0.10', '10.1.0.9'])
    expect(drain('IPv6').sort()).toEqual(['fd00::1', 'fd00::2', 'fd00::3'])
    expect(addresses.describe('IPv4')).toEqual([
      { cidr: '10.1.0.0/29', size: 6, used: 6 },
      { cidr: '10.1.0.8/30', size: 2, used: 2 },
    ])
  })

  test('sets an address aside until it is let go of or stored, and says why one cannot be had', async () => {
    const { server, addresses, range } = await serve()
    expect(addresses.reserve('10.1.0.1', 'a')).toBe('the provided network does not match the current range')
    await range('first', '10.1.0.0/29')
    expect(['10.1.0.0', '10.1.0.7', '10.1.0.8', 'nonsense'].map((one) => addresses.reserve(one, 'a'))).toEqual(
      Array(4).fill('the provided network does not match the current range'),
    )
    expect(addresses.reserve('10.1.0.1', 'a')).toBeUndefined()
    expect(addresses.reserve('10.1.0.1', 'b')).toBe('provided IP is already allocated')
    addresses.release('a')
    expect(addresses.reserve('10.1.0.1', 'b')).toBeUndefined()
    const spec = { parentRef: { resource: 'guards', name: 'g', group: 'example.com' } }
    await server.create('networking.k8s.io/v1beta1/ipaddresses', { metadata: { name: '10.1.0.1' }, spec })
    addresses.release('b')
    expect(addresses.reserve('10.1.0.1', 'c')).toBe('provided IP is already allocated')
    await server.delete('networking.k8s.io/v1beta1/ipaddresses/10.1.0.1')
    expect(addresses.reserve('10.1.0.1', 'c')).toBeUndefined()
  })

  test('gives nothing of a range that is on its way out, and knows what is taken in one that overlaps', async () => {
    const { server, addresses, range, drain } = await serve()
    await range('small', '10.1.0.0/30')
    expect(addresses.reserve('10.1.0.1', 'a')).toBeUndefined()
    await range('large', '10.1.0.0/29')
    await server.delete('networking.k8s.io/v1beta1/servicecidrs/small')
    expect(addresses.describe('IPv4')).toEqual([{ cidr: '10.1.0.0/29', size: 6, used: 1 }])
    await server.delete('networking.k8s.io/v1beta1/servicecidrs/large')
    expect([drain(), addresses.reserve('10.1.0.2', 'b')]).toEqual([[], 'the provided network does not match the current range'])
  })

  test("takes the flag's range alone where objects do not form the pool", async () => {
    const { addresses, range, drain } = await serve({ fromObjects: false, flag: ['10.0.0.0/30', 'fd00::/126'] })
    await range('first', '10.1.0.0/29')
    expect([addresses.families, drain().sort()]).toEqual([
      ['IPv4', 'IPv6'],
      ['10.0.0.1', '10.0.0.2'],
    ])
  })
})
