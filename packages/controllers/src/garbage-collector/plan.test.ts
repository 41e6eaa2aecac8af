import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { blocks, type DependentAction, type OwnerState, plan } from './plan.ts'

const dependent = (owners: number, metadata: KubeObject['metadata'] = {}): KubeObject => ({
  metadata: {
    name: 'd',
    ownerReferences: Array.from({ length: owners }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: `o${at}`, uid: `u${at}` })),
    ...metadata,
  },
})

const DELETE = { type: 'delete', propagationPolicy: 'Background', unblock: false } as const

describe('plan()', () => {
  const cases: {
    title: string
    owners: OwnerState[]
    metadata?: KubeObject['metadata']
    hasDependents?: boolean
    hasWaitingDependent?: boolean
    expected: DependentAction
  }[] = [
    { title: 'has no owners', owners: [], expected: { type: 'keep' } },
    { title: 'has a solid owner', owners: ['solid'], expected: { type: 'keep' } },
    { title: 'has an absent owner', owners: ['absent'], expected: DELETE },
    { title: 'has only absent owners', owners: ['absent', 'absent'], expected: DELETE },
    { title: 'has a solid and an absent owner', owners: ['solid', 'absent'], expected: { type: 'drop-references', uids: ['u1'] } },
    {
      title: 'has a solid and a waiting owner',
      owners: ['waiting', 'solid', 'absent'],
      expected: { type: 'drop-references', uids: ['u0', 'u2'] },
    },
    { title: 'has an owner that cannot be told', owners: ['unknown', 'absent'], expected: { type: 'keep' } },
    { title: 'has a waiting owner and owns nothing', owners: ['waiting'], expected: DELETE },
    {
      title: 'has a waiting owner and owns something',
      owners: ['waiting', 'absent'],
      hasDependents: true,
      expected: { ...DELETE, propagationPolicy: 'Foreground' },
    },
    {
      title: 'waits in a circle',
      owners: ['waiting'],
      hasDependents: true,
      hasWaitingDependent: true,
      expected: { type: 'delete', propagationPolicy: 'Foreground', unblock: true },
    },
    {
      title: 'is to orphan',
      owners: ['absent'],
      metadata: { finalizers: ['orphan'] },
      expected: { ...DELETE, propagationPolicy: 'Orphan' },
    },
    {
      title: 'is to go in the foreground',
      owners: ['absent'],
      metadata: { finalizers: ['foregroundDeletion'] },
      expected: { ...DELETE, propagationPolicy: 'Foreground' },
    },
    { title: 'has another finalizer', owners: ['absent'], metadata: { finalizers: ['example.com/hold'] }, expected: DELETE },
    { title: 'is already going', owners: ['absent'], metadata: { deletionTimestamp: '2024-01-01T00:00:00Z' }, expected: { type: 'keep' } },
  ]
  test.each(cases)(
    'answers $expected.type when the object $title',
    ({ owners, metadata, hasDependents = false, hasWaitingDependent = false, expected }) => {
      expect(plan({ object: dependent(owners.length, metadata), owners, hasDependents, hasWaitingDependent })).toEqual(expected)
    },
  )
})

describe('blocks()', () => {
  test('answers true only when the reference to that owner blocks', () => {
    const object = dependent(2)
    object.metadata!.ownerReferences![1]!.blockOwnerDeletion = true
    expect([blocks(object, 'u0'), blocks(object, 'u1'), blocks(object, 'other')]).toEqual([false, true, false])
  })
})
