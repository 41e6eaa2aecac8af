import { describe, expect, test } from '@jest/globals'
import type { Node, Pod, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { MANAGER, plan, type SlicesObserved } from './plan.ts'
import { MANAGED_BY, SERVICE_NAME, type SliceActions } from './slices.ts'

const service = (spec: object = {}): Service => ({
  metadata: { name: 'web', namespace: 'a', uid: 's', labels: { tier: 'x' } },
  spec: {
    clusterIP: '10.96.0.9',
    ipFamilies: ['IPv4'],
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    ...spec,
  },
})
const pod = (at: number, more: { ready?: boolean; nodeName?: string; deletionTimestamp?: string; ips?: string[] } = {}): Pod => {
  const { ready = true, nodeName = 'n', deletionTimestamp, ips = [`10.0.${at >> 8}.${at & 255}`] } = more
  return {
    metadata: { name: `p${at}`, namespace: 'a', uid: `u${at}`, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
    spec: { nodeName, containers: [] },
    status: { podIPs: ips.map((ip) => ({ ip })), conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}
const pods = (count: number, from = 0): Pod[] => Array.from({ length: count }, (_, at) => pod(from + at))
const node: Node = { metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': 'z' } }, spec: {} }
function planned(more: Partial<SlicesObserved>): SliceActions {
  const nodeOf = (name: string): Node | undefined => (name === 'n' ? node : undefined)
  return plan({ service: service(), pods: [], slices: [], hasDistribution: true, nodeOf, ...more })
}
/** What was planned to be made, as it is when it has been. */
const stored = ({ create }: SliceActions): EndpointSlice[] =>
  create.map((slice, at) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${at}`, uid: `e${at}` } }))
const sizes = ({ create, update, remove }: SliceActions): object => ({
  create: create.map(({ endpoints }) => endpoints.length),
  update: update.map(({ metadata, endpoints }) => [metadata.name, endpoints.length]),
  remove: remove.map(({ metadata }) => metadata.name),
})
const NOTHING = { create: [], update: [], remove: [] }

describe('plan()', () => {
  test('labels and owns slices, and makes one for a Service that nobody serves', () => {
    const [slice] = planned({}).create
    expect(slice).toMatchObject({
      metadata: {
        generateName: 'web-',
        labels: { tier: 'x', [SERVICE_NAME]: 'web', [MANAGED_BY]: MANAGER },
        ownerReferences: [{ uid: 's' }],
      },
      addressType: 'IPv4',
      endpoints: [],
      ports: [],
    })
    expect(planned({ slices: stored(planned({})) })).toEqual(NOTHING)
  })

  test('says of each Pod what it can', () => {
    const all = [pod(1), pod(2, { ready: false }), pod(3, { deletionTimestamp: '2024-08-13T00:00:00Z' })]
    const [slice] = planned({ pods: all, service: service({ trafficDistribution: 'PreferClose' }) }).create
    expect(slice!.endpoints.map(({ conditions, hints, zone }) => [conditions, hints, zone])).toEqual([
      [{ ready: true, serving: true, terminating: false }, { forZones: [{ name: 'z' }] }, 'z'],
      [{ ready: false, serving: false, terminating: false }, undefined, 'z'],
      [{ ready: false, serving: true, terminating: true }, undefined, 'z'],
    ])
    expect(
      planned({ pods: all, hasDistribution: false, service: service({ trafficDistribution: 'PreferClose' }) }).create[0]!.endpoints[0],
    ).not.toHaveProperty('hints')
  })

  test('leaves out a Pod whose node is unknown, unless all are to be published', () => {
    const lost = [pod(1, { nodeName: 'gone' }), pod(2, { nodeName: '' })]
    expect(sizes(planned({ pods: lost }))).toEqual({ ...NOTHING, create: [0] })
    expect(sizes(planned({ pods: lost, service: service({ publishNotReadyAddresses: true }) }))).toEqual({ ...NOTHING, create: [2] })
  })

  test('gives each family slices of its own', () => {
    const both = pod(1, { ips: ['10.0.0.1', 'fd00::1'] })
    const { create } = planned({ pods: [both], service: service({ ipFamilies: ['IPv6', 'IPv4'] }) })
    expect(create.map(({ addressType, endpoints }) => [addressType, endpoints[0]!.addresses])).toEqual([
      ['IPv6', ['fd00::1']],
      ['IPv4', ['10.0.0.1']],
    ])
  })

  test('puts a hundred endpoints into a slice, and moves none when others go', () => {
    const first = planned({ pods: pods(250) })
    expect(sizes(first)).toEqual({ ...NOTHING, create: [100, 100, 50] })
    const slices = stored(first)
    expect(planned({ pods: pods(250), slices })).toEqual(NOTHING)
    expect(sizes(planned({ pods: pods(249), slices }))).toEqual({ ...NOTHING, update: [['web-2', 49]] })
    expect(sizes(planned({ pods: pods(260), slices }))).toEqual({ ...NOTHING, update: [['web-2', 60]] })
    // One that changes anyway takes what is new.
    expect(sizes(planned({ pods: pods(250, 1), slices }))).toEqual({ ...NOTHING, update: [['web-0', 100]] })
    expect(sizes(planned({ pods: pods(200), slices }))).toEqual({ ...NOTHING, remove: ['web-2'] })
  })

  test('undoes what somebody else wrote, in the same slice', () => {
    const [slice] = stored(planned({ pods: pods(1) }))
    const spoilt = { ...slice!, endpoints: [{ addresses: ['10.9.9.9'] }] }
    const { update, create, remove } = planned({ pods: pods(1), slices: [spoilt] })
    expect([create, remove]).toEqual([[], []])
    expect(update).toMatchObject([{ metadata: { name: 'web-0' }, endpoints: [{ addresses: ['10.0.0.0'] }] }])
  })

  test('removes slices of a Service of the same name that is gone, and of other families', () => {
    const slices = stored(planned({ pods: pods(1) }))
    const next = planned({ pods: pods(1), slices, service: { ...service(), metadata: { ...service().metadata, uid: 'other' } } })
    expect(sizes(next)).toEqual({ create: [1], update: [], remove: ['web-0'] })
    expect(sizes(planned({ slices, service: service({ ipFamilies: ['IPv6'] }) }))).toEqual({ create: [0], update: [], remove: ['web-0'] })
  })
})
