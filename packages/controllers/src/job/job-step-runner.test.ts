import { describe, expect, test } from '@jest/globals'
import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { failure } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import type { ReconcileContext } from '@kubetape/runtime'
import { JobStepRunner } from './job-step-runner.ts'
import { NO_FAILURES } from './job-step.ts'

const job = { metadata: { namespace: 'a', name: 'j', uid: 'u' } } as Job
const pod = { metadata: { namespace: 'a', name: 'j-x', uid: 'p' } } as Pod

describe('JobStepRunner.run()', () => {
  test.each([
    ['a refusal', failure(403, 'Forbidden', 'no'), false],
    ['a lost answer', new RequestFailed('lost'), true],
    // In replay, an abort comes back as a lost answer: both must lead to the same next run.
    ['an abort', Object.assign(new Error('aborted'), { name: 'AbortError' }), true],
  ])('is uncertain of what it has done unless the API said no: %s', async (_what, error, uncertain) => {
    const client = { create: () => Promise.reject(error) }
    const runner = new JobStepRunner(job, { client, event: () => undefined } as unknown as ReconcileContext)
    const failures = await runner.run({ type: 'create-pods', pods: [pod], batches: [1] }, NO_FAILURES)
    expect([failures.notCreated, runner.errors, runner.uncertain]).toEqual([1, [error], uncertain])
  })
})
