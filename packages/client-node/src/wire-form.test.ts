import { describe, expect, test } from '@jest/globals'
import { V1Lease, V1LeaseSpec, V1MicroTime, V1NetworkPolicyIngressRule, V1ObjectMeta } from '@kubernetes/client-node'
import { wireForm } from './wire-form.ts'

describe('wireForm()', () => {
  test('gives times and names of typed objects as they are on the wire', () => {
    const typed = Object.assign(new V1Lease(), {
      apiVersion: 'coordination.k8s.io/v1',
      metadata: Object.assign(new V1ObjectMeta(), {
        name: 'one',
        creationTimestamp: new Date('2024-02-03T04:05:06Z'),
        labels: { _from: 'kept' },
      }),
      spec: Object.assign(new V1LeaseSpec(), { renewTime: new V1MicroTime('2024-02-03T04:05:06.123Z'), holderIdentity: undefined }),
    })
    expect(wireForm(typed)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      metadata: { name: 'one', creationTimestamp: '2024-02-03T04:05:06Z', labels: { _from: 'kept' } },
      spec: { renewTime: '2024-02-03T04:05:06.123000Z' },
    })
    expect(wireForm(Object.assign(new V1NetworkPolicyIngressRule(), { _from: [{ podSelector: {} }] }))).toEqual({
      from: [{ podSelector: {} }],
    })
  })

  test('gives plain JSON back as it is', () => {
    const plain = { metadata: { name: 'one' } }
    expect(wireForm(plain)).toBe(plain)
  })
})
