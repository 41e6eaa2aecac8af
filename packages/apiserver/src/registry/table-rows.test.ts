import { describe, expect, test } from '@jest/globals'
import { allResources, tableColumns } from '@kubetape/api'
import type { KubeObject } from '@kubetape/apimachinery'
import { strategies } from './strategies.ts'
import { tableRows } from './table-rows.ts'

const CREATED = '2026-01-01T00:00:00Z'
const rowOf = (key: string): ((object: KubeObject, nowMs: number) => unknown[]) => {
  const own = strategies.get(key)
  return (object, nowMs) => own?.tableRow?.(object, nowMs) ?? tableRows.get(key)!(object, nowMs)
}
const row = (key: string, object: object, metadata: object = {}): unknown[] =>
  rowOf(key)({ metadata: { name: 'one', creationTimestamp: CREATED, ...metadata }, ...object }, Date.parse(CREATED) + 300_000)

describe('tableRows', () => {
  test.each([
    [
      '/services',
      {
        spec: {
          type: 'NodePort',
          clusterIP: '10.0.0.1',
          ports: [
            { port: 80, nodePort: 30080 },
            { port: 53, protocol: 'UDP' },
          ],
          selector: { b: '2', a: '1' },
        },
      },
      ['one', 'NodePort', '10.0.0.1', '<none>', '80:30080/TCP,53/UDP', '5m', 'a=1,b=2'],
    ],
    ['/services', { spec: { type: 'LoadBalancer' } }, ['one', 'LoadBalancer', '<none>', '<pending>', '<none>', '5m', '<none>']],
    [
      '/services',
      { spec: { type: 'ExternalName', externalName: 'a.b' } },
      ['one', 'ExternalName', '<none>', 'a.b', '<none>', '5m', '<none>'],
    ],
    [
      '/endpoints',
      { subsets: [{ addresses: ['1', '2', '3', '4'].map((end) => ({ ip: `10.0.0.${end}` })), ports: [{ port: 80 }] }] },
      ['one', '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...', '5m'],
    ],
    [
      '/persistentvolumeclaims',
      { spec: { storageClassName: 's' }, status: { phase: 'Pending' } },
      ['one', 'Pending', '', '', '', 's', '<unset>', '5m', '<unset>'],
    ],
    [
      '/persistentvolumes',
      {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { namespace: 'a', name: 'b' },
        },
        status: { phase: 'Bound' },
      },
      ['one', '1Gi', 'RWO', 'Retain', 'Bound', 'a/b', '', '<unset>', '', '5m', '<unset>'],
    ],
    [
      'discovery.k8s.io/endpointslices',
      { addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [] },
      ['one', 'IPv4', '80', '<unset>', '5m'],
    ],
    [
      'networking.k8s.io/ipaddresses',
      { spec: { parentRef: { resource: 'services', namespace: 'a', name: 'b' } } },
      ['one', 'services/a/b', '5m'],
    ],
    ['resource.k8s.io/resourceclaims', { spec: {} }, ['one', 'pending', '5m']],
    ['storage.k8s.io/csidrivers', { spec: {} }, ['one', true, false, false, '<unset>', false, '<unknown>', '5m']],
    ['apiregistration.k8s.io/apiservices', { spec: {} }, ['one', 'Local', 'Unknown', '5m']],
  ])('prints %s', (key, object, cells) => expect(row(key, object)).toEqual(cells))

  test('marks default classes', () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
    expect(row('storage.k8s.io/storageclasses', { provisioner: 'p' }, { annotations })).toEqual([
      'one (default)',
      'p',
      'Delete',
      'Immediate',
      false,
      '5m',
    ])
  })

  test('are made of objects that have null where nothing was given', () => {
    const slice = { metadata: { name: 's' }, addressType: 'IPv4', endpoints: null, ports: null }
    expect(rowOf('discovery.k8s.io/endpointslices')(slice, 0)).toEqual(['s', 'IPv4', '<unset>', '<unset>', '<unknown>'])
    expect(rowOf('storage.k8s.io/csinodes')({ metadata: { name: 'n' }, spec: { drivers: null } }, 0)).toEqual(['n', 0, '<unknown>'])
  })

  test('are of resources that have columns', () => {
    const known = new Set(
      allResources()
        .filter((one) => tableColumns(one) !== undefined)
        .map(({ group, resource }) => `${group}/${resource}`),
    )
    expect([...tableRows.keys()].filter((key) => !known.has(key))).toEqual([])
  })
})
