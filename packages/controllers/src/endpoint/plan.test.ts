import { describe, expect, test } from '@jest/globals'
import type { Endpoints, Pod, Service } from '@kubetape/api/types/core/v1'
import { ADDRESSES_MAX, HEADLESS, OVER_CAPACITY, plan } from './plan.ts'
import { TRIGGER_TIME } from './trigger-time.ts'

const MADE = '2024-08-13T00:00:00Z'
const service = (spec: object = {}, labels: Record<string, string> = {}): Service => ({
  metadata: { name: 'web', namespace: 'a', uid: 's', creationTimestamp: MADE, labels },
  spec: {
    clusterIP: '10.96.0.9',
    ipFamilies: ['IPv4'],
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
    ...spec,
  },
})
const pod = (name: string, ip: string, { ready = true, since, spec = {}, ...metadata }: Record<string, unknown> = {}): Pod =>
  ({
    metadata: { name, namespace: 'a', uid: `uid-${name}`, ...metadata },
    spec: { nodeName: 'n', containers: [{ name: 'm', ports: [{ name: 'http', containerPort: 8000 }] }], ...(spec as object) },
    status: { podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }] },
  }) as unknown as Pod
function made(one: Service, pods: Pod[], current?: Endpoints): Endpoints {
  const planned = plan({ service: one, pods, current })
  if (planned.action === 'none') throw new Error('Cannot look at Endpoints: nothing is to be done')
  return planned.endpoints
}
const ips = ({ subsets }: Endpoints): unknown[] =>
  (subsets ?? []).map(({ addresses, notReadyAddresses }) => [addresses?.map(({ ip }) => ip), notReadyAddresses?.map(({ ip }) => ip)])

describe('plan()', () => {
  test('tells ready Pods from others, unless all are to be published', () => {
    const pods = [pod('p', '10.0.0.1'), pod('q', '10.0.0.2', { ready: false })]
    expect(ips(made(service(), pods))).toEqual([[['10.0.0.1'], ['10.0.0.2']]])
    expect(ips(made(service({ publishNotReadyAddresses: true }), pods))).toEqual([[['10.0.0.1', '10.0.0.2'], undefined]])
  })

  test('leaves out Pods that are going, that run nowhere yet, or that have no address of its family', () => {
    const pods = [pod('p', '10.0.0.1', { deletionTimestamp: MADE }), pod('q', '10.0.0.2', { spec: { nodeName: '' } }), pod('r', 'fd00::1')]
    expect(made(service(), pods).subsets).toEqual([])
  })

  test('finds ports by name in each Pod, and names Pods of its subdomain', () => {
    const other = pod('q', '10.0.0.2', { spec: { containers: [], hostname: 'h', subdomain: 'web' } })
    const { subsets } = made(service({ ports: [{ name: 'x', port: 80, targetPort: 'http' }] }), [pod('p', '10.0.0.1'), other])
    expect(subsets?.map(({ ports }) => ports)).toEqual([[{ name: 'x', port: 8000, protocol: 'TCP' }]])
    const headless = made(service({ clusterIP: 'None', ports: [] }), [other])
    expect(headless.metadata.labels).toEqual({ [HEADLESS]: '' })
    expect(headless.subsets?.[0]).toMatchObject({ addresses: [{ ip: '10.0.0.2', hostname: 'h' }] })
  })

  test('does nothing when everything is as it should be, and takes over what somebody else wrote', () => {
    const current = made(service({}, { a: 'b' }), [pod('p', '10.0.0.1')])
    expect(plan({ service: service({}, { a: 'b' }), pods: [pod('p', '10.0.0.1')], current })).toEqual({ action: 'none' })
    const foreign: Endpoints = {
      metadata: { name: 'web', namespace: 'a', annotations: { mine: 'x' } },
      subsets: [{ addresses: [{ ip: '192.0.2.1' }] }],
    }
    const taken = plan({ service: service(), pods: [pod('p', '10.0.0.1')], current: foreign })
    expect(taken).toMatchObject({ action: 'update', endpoints: { metadata: { annotations: { mine: 'x' } } } })
  })

  test('says when that happened which changed them: the Service was made, or the Pods whose addresses change became what they are', () => {
    const first = made(service(), [])
    expect(first.metadata.annotations).toEqual({ [TRIGGER_TIME]: MADE })
    const [p, q] = [pod('p', '10.0.0.1', { since: '2024-08-13T00:01:00Z' }), pod('q', '10.0.0.2', { since: '2024-08-13T00:02:00Z' })]
    const second = made(service(), [p], first)
    expect(second.metadata.annotations).toEqual({ [TRIGGER_TIME]: '2024-08-13T00:01:00Z' })
    const third = made(service(), [p, q], second)
    expect(third.metadata.annotations).toEqual({ [TRIGGER_TIME]: '2024-08-13T00:02:00Z' })
    expect(made(service(), [p], third).metadata.annotations).toEqual({})
  })

  test('keeps no more addresses than fit, ready ones first, and says so', () => {
    const many = (count: number, ready: boolean): Pod[] =>
      Array.from({ length: count }, (_, at) => pod(`${ready}-${at}`, `10.${ready ? 1 : 2}.${at >> 8}.${at & 255}`, { ready }))
    const both = made(service(), [...many(900, true), ...many(200, false)])
    expect(both.subsets?.map(({ addresses, notReadyAddresses }) => [addresses?.length, notReadyAddresses?.length])).toEqual([[900, 100]])
    expect(both.metadata.annotations).toMatchObject({ [OVER_CAPACITY]: 'truncated' })
    const ready = made(service(), [...many(ADDRESSES_MAX + 1, true), ...many(5, false)])
    expect(ready.subsets?.map(({ addresses, notReadyAddresses }) => [addresses?.length, notReadyAddresses])).toEqual([
      [ADDRESSES_MAX, undefined],
    ])
    expect(made(service(), many(3, true), ready).metadata.annotations).not.toHaveProperty([OVER_CAPACITY])
  })
})
