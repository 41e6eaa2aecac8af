import type { Job, JobStatus } from '@kubetape/api/types/batch/v1'
import { duplicate, type FieldError, FieldPath, invalid, type KubeObject, printTimeForMessage, required } from '@kubetape/apimachinery'
import type { Draft, StrategyContext } from '../strategy.ts'
import { goStruct, invalidAltogether, nonNegative } from './field-rules.ts'
import { countIndexes, firstCommonIndex, IndexIntervalsError } from './index-intervals.ts'
import { isConditionTrue, isFinished } from './job-conditions.ts'
import { type JobStatusRules, jobStatusRules } from './job-status-rules.ts'

const STATUS = FieldPath.of('status')
const CONDITIONS = STATUS.child('conditions')

/** What a write of a Job's status may say; how strict this is depends on the gates (see `jobStatusRules`). */
export function validateJobStatusUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): FieldError[] {
  const job = draft as Job
  const old = stored as Readonly<Job>
  const rules = jobStatusRules(job, old, context.gates)
  return [
    ...validateCounts(job.status ?? {}),
    ...(rules.strict
      ? [...validateEndings(job, rules), ...validateFinished(job, rules), ...validateIndexes(job, rules), ...validatePodsLeft(job, rules)]
      : []),
    ...validateSuccessCriteria(job, rules),
    ...(rules.strict ? validateHistory(job, old, rules) : []),
    ...validateSuccessCriteriaHistory(job, old),
  ]
}

function validateCounts(status: JobStatus): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const)
    errors.push(...nonNegative(STATUS.child(field), status[field]))
  const seen = new Set<string>()
  for (const field of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (status.uncountedTerminatedPods?.[field] ?? []).entries()) {
      const path = STATUS.child('uncountedTerminatedPods', field).index(i)
      if (uid === '') errors.push(invalid(path, uid, 'must not be empty'))
      else if (seen.has(uid)) errors.push(duplicate(path, uid))
      else seen.add(uid)
    }
  }
  return errors
}

/** Conditions that exclude or demand each other, and the times that go with them. */
function validateEndings(job: Job, { changed }: JobStatusRules): FieldError[] {
  const errors: FieldError[] = []
  const { startTime, completionTime } = job.status ?? {}
  const is = (type: string): boolean => isConditionTrue(job, type)
  const timePath = STATUS.child('completionTime')
  if ((changed.complete || changed.failed) && is('Complete') && is('Failed'))
    errors.push(invalidAltogether(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'))
  if ((changed.complete || changed.failureTarget) && is('Complete') && is('FailureTarget')) {
    errors.push(invalidAltogether(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'))
  }
  if (changed.complete || changed.completionTime) {
    if (completionTime !== undefined && !is('Complete'))
      errors.push(invalidTime(timePath, completionTime, 'cannot set completionTime when there is no Complete=True condition'))
    if (completionTime === undefined && is('Complete')) errors.push(required(timePath, 'completionTime is required for Complete jobs'))
  }
  if (
    (changed.startTime || changed.completionTime) &&
    startTime !== undefined &&
    completionTime !== undefined &&
    Date.parse(completionTime) < Date.parse(startTime)
  ) {
    errors.push(invalidTime(timePath, completionTime, 'completionTime cannot be set before startTime'))
  }
  if ((changed.failed || changed.failureTarget) && is('Failed') && !is('FailureTarget')) {
    errors.push(invalidAltogether(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'))
  }
  if ((changed.complete || changed.successCriteriaMet) && is('Complete') && !is('SuccessCriteriaMet')) {
    errors.push(invalidAltogether(CONDITIONS, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'))
  }
  return errors
}

function validateFinished(job: Job, { changed }: JobStatusRules): FieldError[] {
  if (!isFinished(job)) return []
  const errors: FieldError[] = []
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = job.status ?? {}
  if ((changed.finished || changed.active) && active > 0)
    errors.push(invalid(STATUS.child('active'), active, 'active>0 is invalid for finished job'))
  if ((changed.finished || changed.startTime) && startTime === undefined)
    errors.push(required(STATUS.child('startTime'), 'startTime is required for finished job'))
  if ((changed.finished || changed.uncounted) && (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0) > 0) {
    const message = 'uncountedTerminatedPods needs to be empty for finished job'
    const printed = goStruct('batch.UncountedTerminatedPods')(uncounted)
    errors.push(invalid(STATUS.child('uncountedTerminatedPods'), uncounted, message, printed))
  }
  return errors
}

function validateIndexes({ spec, status = {} }: Job, { changed }: JobStatusRules): FieldError[] {
  const errors: FieldError[] = []
  const { completedIndexes = '', failedIndexes } = status
  const { completions, backoffLimitPerIndex } = spec
  const completedPath = STATUS.child('completedIndexes')
  const failedPath = STATUS.child('failedIndexes')
  if (changed.completedIndexes && completions !== undefined)
    errors.push(...validateIndexesFormat('completedIndexes', completedIndexes, completions))
  if (changed.failedIndexes && completions !== undefined && backoffLimitPerIndex !== undefined && failedIndexes !== undefined) {
    errors.push(...validateIndexesFormat('failedIndexes', failedIndexes, completions))
  }
  if (changed.completedIndexes && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    errors.push(invalid(completedPath, completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'))
  }
  if (changed.failedIndexes && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    errors.push(invalid(failedPath, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'))
  }
  if ((changed.failedIndexes || changed.completedIndexes) && failedIndexes !== undefined && completions !== undefined) {
    const common = firstCommonIndex(completedIndexes, failedIndexes, completions)
    if (common !== undefined)
      errors.push(invalid(failedPath, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`))
  }
  return errors
}

function validateIndexesFormat(field: 'completedIndexes' | 'failedIndexes', text: string, completions: number): FieldError[] {
  try {
    countIndexes(text, completions)
    return []
  } catch (error) {
    if (!(error instanceof IndexIntervalsError)) throw error
    return [invalid(STATUS.child(field), text, `error parsing ${field}: ${error.message}`)]
  }
}

function validatePodsLeft(job: Job, { changed }: JobStatusRules): FieldError[] {
  const errors: FieldError[] = []
  const { active = 0, ready, terminating = 0 } = job.status ?? {}
  if ((changed.finished || changed.terminating) && terminating > 0 && isFinished(job)) {
    errors.push(invalid(STATUS.child('terminating'), terminating, 'terminating>0 is invalid for finished job'))
  }
  if ((changed.ready || changed.active) && ready !== undefined && ready > active)
    errors.push(invalid(STATUS.child('ready'), ready, 'cannot set more ready pods than active'))
  return errors
}

/** Rules about SuccessCriteriaMet that hold under every gate (KEP-3998). */
function validateSuccessCriteria(job: Job, rules: JobStatusRules): FieldError[] {
  const errors: FieldError[] = []
  const refuse = (detail: string): number => errors.push(invalidAltogether(CONDITIONS, detail))
  const { spec } = job
  const met = isConditionTrue(job, 'SuccessCriteriaMet')
  if (met && !rules.successCriteriaForAll && spec.completionMode !== 'Indexed') refuse('cannot set SuccessCriteriaMet to NonIndexed Job')
  if (met && isConditionTrue(job, 'Failed')) refuse('cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (met && isConditionTrue(job, 'FailureTarget')) refuse('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  if (met && !rules.successCriteriaForAll && spec.successPolicy === undefined)
    refuse('cannot set SuccessCriteriaMet=True for Job without SuccessPolicy')
  if (!met && spec.successPolicy !== undefined && isConditionTrue(job, 'Complete'))
    refuse('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  return errors
}

/** What cannot be taken back. */
function validateHistory(job: Job, old: Readonly<Job>, rules: JobStatusRules): FieldError[] {
  const errors: FieldError[] = []
  const status = job.status ?? {}
  const before = old.status ?? {}
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isConditionTrue(old, type) && !isConditionTrue(job, type))
      errors.push(invalidAltogether(CONDITIONS, `cannot disable the terminal ${type}=True condition`))
  }
  for (const field of ['failed', 'succeeded'] as const) {
    if (field === 'succeeded' && rules.succeededMayDecrease) continue
    const count = status[field] ?? 0
    if (count < (before[field] ?? 0)) errors.push(invalid(STATUS.child(field), count, `cannot decrease the ${field} counter`))
  }
  if (status.completionTime !== undefined && before.completionTime !== undefined && status.completionTime !== before.completionTime) {
    errors.push(invalidTime(STATUS.child('completionTime'), status.completionTime, 'completionTime cannot be mutated'))
  }
  if (rules.changed.startTime && before.startTime !== undefined && job.spec.suspend !== true) {
    errors.push(required(STATUS.child('startTime'), 'startTime cannot be removed for unsuspended job'))
  }
  return errors
}

function validateSuccessCriteriaHistory(job: Job, old: Readonly<Job>): FieldError[] {
  const met = isConditionTrue(job, 'SuccessCriteriaMet')
  const wasMet = isConditionTrue(old, 'SuccessCriteriaMet')
  if (wasMet && !met) return [invalidAltogether(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition')]
  if (!wasMet && met && isConditionTrue(old, 'Complete'))
    return [invalidAltogether(CONDITIONS, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')]
  return []
}

/** Times print as Go prints them, not quoted. */
const invalidTime = (path: FieldPath, time: string, detail: string): FieldError => invalid(path, time, detail, printTimeForMessage(time))
