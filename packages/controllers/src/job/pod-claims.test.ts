import { describe, expect, test } from '@jest/globals'
import { claimPods } from './pod-claims.ts'
import { jobFixture, podFixture, type PodFixture } from './testing/job-fixtures.ts'

describe('claimPods()', () => {
  test.each<{ when: string; pod: PodFixture; deleted?: boolean; then: 'kept' | 'adopted' | 'released' | 'passed over' }>([
    { when: 'it is owned and matches', pod: {}, then: 'kept' },
    { when: 'it is owned and matches while the Job is deleted', pod: {}, deleted: true, then: 'kept' },
    { when: 'it is owned and no longer matches', pod: { labels: {} }, then: 'released' },
    { when: 'it no longer matches while the Job is deleted', pod: { labels: {} }, deleted: true, then: 'passed over' },
    { when: 'it is an orphan that matches', pod: { owner: null }, then: 'adopted' },
    { when: 'it is an orphan that does not match', pod: { owner: null, labels: {} }, then: 'passed over' },
    { when: 'it is a deleted orphan', pod: { owner: null, deletedAgo: 1 }, then: 'passed over' },
    { when: 'it is an orphan while the Job is deleted', pod: { owner: null }, deleted: true, then: 'passed over' },
    { when: 'it belongs to another controller', pod: { owner: 'other' }, then: 'passed over' },
  ])('has a Pod $then when $when', ({ pod, deleted = false, then }) => {
    const claims = claimPods(jobFixture({ deleted }), [podFixture('p', pod)])
    const lengths = [claims.pods.length, claims.adopt.length, claims.release.length]
    expect(lengths).toEqual({ kept: [1, 0, 0], adopted: [1, 1, 0], released: [0, 0, 1], 'passed over': [0, 0, 0] }[then])
  })

  test('shows an adopted Pod as it will be and leaves the original as it is', () => {
    const stray = podFixture('p', { owner: null, tracked: false })
    const before = structuredClone(stray)
    const [pod] = claimPods(jobFixture(), [stray]).pods
    expect(pod?.metadata).toMatchObject({
      ownerReferences: [{ uid: 'job-uid', controller: true }],
      finalizers: ['batch.kubernetes.io/job-tracking'],
    })
    expect(stray).toEqual(before)
  })
})
