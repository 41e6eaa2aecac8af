import { expect, test } from '@jest/globals'
import { type BackoffRecord, NO_BACKOFF } from '../backoff.ts'
import type { JobPlan } from '../job-plan.ts'
import { NO_FAILURES, type StepFailures } from '../job-step.ts'
import { plan } from '../plan.ts'
import { gatesWith, type JobFixture, jobFixture, NOW_MS, podFixture, type PodFixture, stepsInWords } from './job-fixtures.ts'

export interface Given extends JobFixture {
  readonly pods?: Record<string, PodFixture>
  readonly gates?: Record<string, boolean>
  readonly backoff?: BackoffRecord
  readonly upToDate?: boolean
  readonly awaited?: string[]
  readonly failures?: Partial<StepFailures>
}

export interface Row {
  readonly when: string
  readonly given: Given
  readonly then: string[]
  readonly requeueAfterMs?: number
}

export function planFor({ pods = {}, gates, backoff = NO_BACKOFF, upToDate = true, awaited = [], failures, ...job }: Given): JobPlan {
  const observed = {
    job: jobFixture(job),
    pods: Object.entries(pods).map(([name, fixture]) => podFixture(name, fixture)),
    nowMs: NOW_MS,
    gates: gatesWith(gates),
    carried: { backoff },
    upToDate,
    awaitedRemovals: new Set(awaited),
  }
  return plan(observed, { ...NO_FAILURES, ...failures })
}

export function table(rows: readonly Row[]): void {
  test.each(rows)('`plan()` $when', ({ given, then, requeueAfterMs }) => {
    const planned = planFor(given)
    expect(stepsInWords(planned)).toEqual(then)
    expect(planned.requeueAfterMs).toBe(requeueAfterMs)
  })
}

export const indexed = (completions: number, more: JobFixture['spec'] = {}): NonNullable<JobFixture['spec']> => ({
  completionMode: 'Indexed',
  completions,
  parallelism: completions,
  ...more,
})
export const exitRule = (action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count', ...values: number[]) => ({
  action,
  onExitCodes: { operator: 'In' as const, values },
})
