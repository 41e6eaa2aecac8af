import { describe, expect, test } from '@jest/globals'
import type { Endpoints, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { ADDRESSES_MAX, MANAGER, plan } from './plan.ts'

const service = (selector?: Record<string, string>): Service => ({
  metadata: { name: 'web', namespace: 'a', uid: 's' },
  spec: selector === undefined ? {} : { selector },
})
const endpoints = (addresses: string[], labels: Record<string, string> = {}): Endpoints => ({
  metadata: {
    name: 'web',
    namespace: 'a',
    uid: 'e',
    labels,
    annotations: { mine: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
  subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ port: 80, protocol: 'TCP' }] }],
})
const mirror = (of: Endpoints, slices: EndpointSlice[] = [], to: Service | undefined = service()): ReturnType<typeof plan> =>
  plan({ endpoints: of, service: to, slices })
const stored = ({ create }: ReturnType<typeof plan>): EndpointSlice[] =>
  create.map((slice, at) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${at}` } }))

describe('plan()', () => {
  test('mirrors what somebody keeps by hand, each family in a slice', () => {
    const { create } = mirror(endpoints(['192.0.2.1', 'fd00::1'], { a: 'b' }))
    expect(create.map(({ addressType }) => addressType).sort()).toEqual(['IPv4', 'IPv6'])
    expect(create[0]).toMatchObject({
      metadata: {
        labels: { a: 'b', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': MANAGER },
        annotations: { mine: 'x' },
        ownerReferences: [{ kind: 'Endpoints', uid: 'e' }],
      },
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
    })
    expect(create[0]!.metadata.annotations).toEqual({ mine: 'x' })
  })

  test('changes a mirror only when something has changed, and keeps its name', () => {
    const slices = stored(mirror(endpoints(['192.0.2.1'])))
    expect(mirror(endpoints(['192.0.2.1']), slices)).toMatchObject({ create: [], update: [], remove: [] })
    expect(mirror(endpoints(['192.0.2.2']), slices)).toMatchObject({ create: [], update: [{ metadata: { name: 'web-0' } }], remove: [] })
  })

  test('removes mirrors of a Service with a selector, of one that is gone, and of Endpoints that say so', () => {
    const slices = stored(mirror(endpoints(['192.0.2.1'])))
    const gone = { create: [], update: [], remove: slices }
    expect(mirror(endpoints(['192.0.2.1']), slices, service({ app: 'web' }))).toMatchObject(gone)
    expect(plan({ endpoints: endpoints(['192.0.2.1']), service: undefined, slices })).toMatchObject(gone)
    expect(mirror(endpoints(['192.0.2.1'], { 'endpointslice.kubernetes.io/skip-mirror': 'true' }), slices)).toMatchObject(gone)
  })

  test('leaves out what is no address and what is too much, and counts it', () => {
    const many = Array.from({ length: ADDRESSES_MAX + 2 }, (_, at) => `10.0.${at >> 8}.${at & 255}`)
    const { create, invalid, skipped } = mirror(endpoints(['-', ...many]))
    expect([create[0]!.endpoints.length, invalid, skipped]).toEqual([ADDRESSES_MAX, 1, 2])
  })
})
