import { describe, expect, test } from '@jest/globals'
import type { Node } from '@kubetape/api/types/core/v1'
import { plan } from './plan.ts'

const node = (conditions: Record<string, string>, spec: object = {}): Node => ({
  metadata: { name: 'n' },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
})
const keys = (taints: ReturnType<typeof plan>): string[] | undefined => taints?.map(({ key, effect }) => `${key}:${effect}`)
const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

describe('plan()', () => {
  test('takes the taint of a new node away when it is ready', () => {
    const own = { key: 'dedicated', value: 'db', effect: 'NoSchedule' }
    expect(plan(node({ Ready: 'True' }, { taints: [own, notReady] }), 0)).toEqual([own])
  })

  test.each([
    [{ Ready: 'False' }, ['node.kubernetes.io/not-ready:NoSchedule']],
    [{ Ready: 'Unknown' }, ['node.kubernetes.io/unreachable:NoSchedule']],
    [{ Ready: 'True', MemoryPressure: 'True', PIDPressure: 'False' }, ['node.kubernetes.io/memory-pressure:NoSchedule']],
    [
      { DiskPressure: 'True', NetworkUnavailable: 'True' },
      ['node.kubernetes.io/disk-pressure:NoSchedule', 'node.kubernetes.io/network-unavailable:NoSchedule'],
    ],
  ])('taints a node by %j', (conditions, wanted) => {
    expect(keys(plan(node(conditions), 0))).toEqual(wanted)
  })

  test('taints a node that is cordoned, and says since when', () => {
    expect(plan(node({ Ready: 'True' }, { unschedulable: true }), 0)).toEqual([
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: '1970-01-01T00:00:00Z' },
    ])
  })

  test('leaves a node alone whose taints are right', () => {
    expect(plan(node({ Ready: 'False' }, { taints: [notReady, { key: notReady.key, effect: 'NoExecute' }] }), 0)).toBeUndefined()
    expect(plan(node({ Ready: 'True' }), 0)).toBeUndefined()
  })
})
