import { describe, expect, test } from '@jest/globals'
import { conditionFixture, jobFixture, type JobFixture, NOW_MS } from '../job/testing/job-fixtures.ts'
import { plan } from './plan.ts'

const endedAgo = (seconds: number, type = 'Complete', status = 'True'): JobFixture => ({
  status: { conditions: [conditionFixture(type, 'r', 'm', { seconds, status })] },
})

describe('plan()', () => {
  const deletion = { action: 'delete', uid: 'job-uid', propagationPolicy: 'Foreground' }
  test.each<{ when: string; given: JobFixture; ttl: number | undefined; then: object }>([
    { when: 'there is no time to live', given: endedAgo(9), ttl: undefined, then: { action: 'none' } },
    { when: 'it goes on', given: {}, ttl: 0, then: { action: 'none' } },
    { when: 'its condition is False', given: endedAgo(9, 'Complete', 'False'), ttl: 0, then: { action: 'none' } },
    { when: 'it is only about to fail', given: endedAgo(9, 'FailureTarget'), ttl: 0, then: { action: 'none' } },
    { when: 'it is being deleted', given: { ...endedAgo(9), deleted: true }, ttl: 0, then: { action: 'none' } },
    { when: 'its time is not over', given: endedAgo(9), ttl: 10, then: { action: 'wait', requeueAfterMs: 2000 } },
    {
      when: 'it may have ended at the end of its last second',
      given: endedAgo(10),
      ttl: 10,
      then: { action: 'wait', requeueAfterMs: 1000 },
    },
    { when: 'its end lies ahead', given: endedAgo(-5), ttl: 0, then: { action: 'wait', requeueAfterMs: 5000 } },
    { when: 'its time is over now', given: endedAgo(11), ttl: 10, then: deletion },
    { when: 'it failed long ago', given: endedAgo(999, 'Failed'), ttl: 0, then: deletion },
  ])('is right when $when', ({ given, ttl, then }) => {
    const job = jobFixture(given)
    if (ttl !== undefined) job.spec.ttlSecondsAfterFinished = ttl
    expect(plan(job, NOW_MS)).toEqual(then)
  })

  test('throws when the end has no time', () => {
    const job = jobFixture({ status: { conditions: [{ type: 'Failed', status: 'True' }] }, spec: { ttlSecondsAfterFinished: 1 } })
    expect(() => plan(job, NOW_MS)).toThrow('Cannot tell the age of Job "ns/demo": its last condition has no time')
  })
})
