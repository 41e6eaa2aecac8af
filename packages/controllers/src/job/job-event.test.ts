import { describe, expect, test } from '@jest/globals'
import { finishedEvents, podCreated, podDeleted, podNotCreated, podNotDeleted } from './job-event.ts'
import { conditionFixture, jobFixture } from './testing/job-fixtures.ts'

describe('events of a Job', () => {
  test('are worded as users match on them', () => {
    expect(podCreated('demo-x')).toEqual({ type: 'Normal', reason: 'SuccessfulCreate', message: 'Created pod: demo-x' })
    expect(podNotCreated('no')).toEqual({ type: 'Warning', reason: 'FailedCreate', message: 'Error creating: no' })
    expect(podDeleted('demo-x')).toEqual({ type: 'Normal', reason: 'SuccessfulDelete', message: 'Deleted pod: demo-x' })
    expect(podNotDeleted('no')).toEqual({ type: 'Warning', reason: 'FailedDelete', message: 'Error deleting: no' })
  })

  test('`finishedEvents()` repeats the reason and the message of a failure', () => {
    const failed = conditionFixture('Failed', 'DeadlineExceeded', 'too long')
    expect(finishedEvents(jobFixture(), failed, 0)).toEqual([{ type: 'Warning', reason: 'DeadlineExceeded', message: 'too long' }])
  })

  test('`finishedEvents()` warns when more Pods succeeded than were wanted', () => {
    const reasons = (completions: number | undefined, succeeded: number): string[] =>
      finishedEvents(
        jobFixture({ spec: completions === undefined ? {} : { completions } }),
        conditionFixture('Complete', '', ''),
        succeeded,
      ).map(({ reason }) => reason)
    expect(reasons(2, 2)).toEqual(['Completed'])
    expect(reasons(2, 3)).toEqual(['TooManySucceededPods', 'Completed'])
    expect(reasons(undefined, 3)).toEqual(['Completed'])
  })
})
