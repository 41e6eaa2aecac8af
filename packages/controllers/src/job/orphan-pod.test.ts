import { describe, expect, test } from '@jest/globals'
import { isStrayTrackedPod } from './orphan-pod.ts'
import { conditionFixture, gatesWith, jobFixture, podFixture, started } from './testing/job-fixtures.ts'

describe('isStrayTrackedPod()', () => {
  const running = jobFixture({ status: started() })
  const over = jobFixture({ status: started({ conditions: [conditionFixture('Complete', 'r', 'm')] }) })
  const elsewhere = { ...over, spec: { ...over.spec, managedBy: 'example.com/other' } }
  const ofConfigMap = podFixture('p')
  ofConfigMap.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'x', controller: true }]

  test.each([
    { when: 'it has no controller', pod: podFixture('p', { owner: null }), owner: undefined, stray: true },
    { when: 'it is not tracked', pod: podFixture('p', { owner: null, tracked: false }), owner: undefined, stray: false },
    { when: 'something else owns it', pod: ofConfigMap, owner: undefined, stray: false },
    { when: 'its Job is gone', pod: podFixture('p'), owner: undefined, stray: true },
    { when: 'another Job has the name', pod: podFixture('p', { owner: 'old-uid' }), owner: running, stray: true },
    { when: 'its Job goes on', pod: podFixture('p'), owner: running, stray: false },
    { when: 'its Job is over', pod: podFixture('p'), owner: over, stray: true },
  ])('answers $stray when $when', ({ pod, owner, stray }) => {
    expect(isStrayTrackedPod(pod, owner, gatesWith())).toBe(stray)
  })

  test('leaves Pods of a Job managed elsewhere alone while the gate is on', () => {
    expect(isStrayTrackedPod(podFixture('p'), elsewhere, gatesWith({ JobManagedBy: true }))).toBe(false)
    expect(isStrayTrackedPod(podFixture('p'), elsewhere, gatesWith())).toBe(true)
  })
})
