import { describe, expect, test } from '@jest/globals'
import type { Service } from '@kubetape/api/types/core/v1'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type TestAnswer, TestServer } from '../testing/test-server.ts'
import { ServiceNetwork } from './service-network.ts'

const READY = [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2024-08-13T00:00:00Z' }]
const CIDRS = 'networking.k8s.io/v1beta1/servicecidrs'
const ADDRESSES = 'networking.k8s.io/v1beta1/ipaddresses'

async function serve({ ranges = ['10.0.0.0/29'], flag = '10.96.0.0/16', multi = true } = {}) {
  const server: TestServer = await TestServer.start({
    runtimeConfig: { 'networking.k8s.io/v1beta1': 'true' },
    companions: (storage) => {
      const gates = { enabled: (gate: string) => multi && gate === 'MultiCIDRServiceAllocator' }
      const environment = {
        storage,
        clock: new VirtualClock(),
        random: seededRandom(1),
        gates,
        servesRanges: true,
      }
      return new ServiceNetwork(environment, { clusterIpRange: flag, nodePorts: { first: 30_000, last: 30_003 } }).companions
    },
  })
  for (const [at, cidr] of ranges.entries()) {
    await server.create(CIDRS, { metadata: { name: `r${at}` }, spec: { cidrs: cidr.split(' ') }, status: { conditions: READY } })
  }
  return server
}

const service = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })
const specOf = ({ body }: TestAnswer): NonNullable<Service['spec']> => (body as Service).spec
const names = async (server: TestServer): Promise<string[]> =>
  ((await server.list(ADDRESSES)).body.items ?? []).map(({ metadata }) => metadata!.name!).sort()

describe('ServiceCompanions', () => {
  test('writes a Service and the object of its address in one commit, and takes both away in one', async () => {
    const server = await serve()
    const commits: string[] = []
    server.log.onCommit(({ entries }) =>
      commits.push(entries.map(({ key, operation }) => `${operation} ${key.split('/')[2] ?? ''}`).join()),
    )
    const { clusterIP } = specOf(await server.create('services', service('web')))
    const { body } = await server.get(`${ADDRESSES}/${clusterIP}`)
    expect(body).toMatchObject({
      metadata: { labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
    })
    await server.delete('services/web')
    expect(commits.map((one) => one.split(',').length)).toEqual([2, 2])
    expect(await names(server)).toEqual([])
  })

  test('says which ranges are full, and goes on as soon as there is another', async () => {
    const server = await serve({ ranges: ['10.0.0.0/30', '10.0.1.0/30'] })
    for (let at = 0; at < 4; at++) expect((await server.create('services', service(`s${at}`))).code).toBe(201)
    const refused = await server.create('services', service('s4'))
    expect([refused.code, refused.body.message]).toEqual([
      500,
      'Internal error occurred: failed to allocate a serviceIP: range is full: 10.0.0.0/30 has 2 of 2 in use, 10.0.1.0/30 has 2 of 2 in use',
    ])
    await server.create(CIDRS, { metadata: { name: 'more' }, spec: { cidrs: ['10.0.2.0/30'] }, status: { conditions: READY } })
    expect(specOf(await server.create('services', service('s4'))).clusterIP).toMatch(/^10\.0\.2\./)
  })

  test('never gives an address or a port twice to requests that come together', async () => {
    const server = await serve()
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) => server.create('services', service(`s${at}`, { type: at < 4 ? 'NodePort' : 'ClusterIP' }))),
    )
    const given = made.filter(({ code }) => code === 201).map(specOf)
    expect(given).toHaveLength(6)
    expect(new Set(given.map(({ clusterIP }) => clusterIP)).size).toBe(6)
    const ports = given.flatMap(({ ports = [] }) => ports.flatMap(({ nodePort }) => nodePort ?? []))
    expect(new Set(ports).size).toBe(ports.length)
    expect(await names(server)).toHaveLength(6)
  })

  test('gives both families to a dual-stack Service, and one back when it becomes single-stack', async () => {
    const server = await serve({ ranges: ['10.0.0.0/29 fd00::/120'], flag: '10.96.0.0/16,fd00:96::/112' })
    const made = specOf(await server.create('services', service('web', { ipFamilyPolicy: 'PreferDualStack' })))
    expect(made).toMatchObject({
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIPs: [expect.stringMatching(/^10\./), expect.stringMatching(/^fd00::/)],
    })
    expect(await names(server)).toEqual([...made.clusterIPs!].sort())
    const single = await server.patch('services/web', 'merge', { spec: { ipFamilyPolicy: 'SingleStack' } })
    expect(specOf(single)).toMatchObject({ ipFamilies: ['IPv4'], clusterIPs: [made.clusterIP] })
    expect(await names(server)).toEqual([made.clusterIP])
    const again = specOf(await server.patch('services/web', 'merge', { spec: { ipFamilyPolicy: 'RequireDualStack' } }))
    expect([again.clusterIP, again.clusterIPs?.length, (await names(server)).length]).toEqual([made.clusterIP, 2, 2])
    const external = { type: 'ExternalName', externalName: 'x.example' }
    await server.patch('services/web', 'merge', { spec: external })
    expect(await names(server)).toEqual([])
  })

  test("leaves an address alone that is somebody else's, and one of the flag's range has no object without the gate", async () => {
    const server = await serve()
    const { clusterIP } = specOf(await server.create('services', service('web')))
    await server.delete(`${ADDRESSES}/${clusterIP}`)
    await server.create(ADDRESSES, {
      metadata: { name: clusterIP },
      spec: { parentRef: { resource: 'guards', group: 'example.com', name: 'g' } },
    })
    await server.delete('services/web')
    expect(await names(server)).toEqual([clusterIP])
    const old = await serve({ multi: false })
    expect(specOf(await old.create('services', service('web'))).clusterIP).toMatch(/^10\.96\./)
    expect(await names(old)).toEqual([])
    expect((await old.create('services', service('out', { clusterIP: '10.97.0.1' }))).body.message).toContain(
      'the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    )
  })

  test('gives nothing for a dry run', async () => {
    const server = await serve({ ranges: ['10.0.0.0/30'] })
    for (let at = 0; at < 5; at++)
      expect(specOf(await server.create('services', service('web', { type: 'NodePort' }), { dryRun: ['All'] })).clusterIP).toMatch(/^10\./)
    expect([await names(server), (await server.list('services')).body.items]).toEqual([[], []])
  })
})
