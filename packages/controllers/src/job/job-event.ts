import type { Job, JobCondition } from '@kubetape/api/types/batch/v1'

/** An event to record about an object (API reference, Event v1 core). The source component is the controller's. */
export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** A Pod was made. */
export const podCreated = (name: string): PlannedEvent => ({ type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` })
/** A Pod was refused; not recorded when the namespace is going away. */
export const podNotCreated = (error: string): PlannedEvent => ({
  type: 'Warning',
  reason: 'FailedCreate',
  message: `Error creating: ${error}`,
})
/** A Pod was deleted. */
export const podDeleted = (name: string): PlannedEvent => ({ type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` })
/** A deletion was refused; not recorded when the Pod was gone already. */
export const podNotDeleted = (error: string): PlannedEvent => ({
  type: 'Warning',
  reason: 'FailedDelete',
  message: `Error deleting: ${error}`,
})

/** The completion mode is none that this release knows. */
export const UNKNOWN_COMPLETION_MODE: PlannedEvent = {
  type: 'Warning',
  reason: 'UnknownCompletionMode',
  message: 'Skipped Job sync because completion mode is unknown',
}
export const SUSPENDED: PlannedEvent = { type: 'Normal', reason: 'Suspended', message: 'Job suspended' }
export const RESUMED: PlannedEvent = { type: 'Normal', reason: 'Resumed', message: 'Job resumed' }

/** What is recorded once a Job has ended with `condition` and `succeeded` Pods. */
export function finishedEvents(job: Job, condition: JobCondition, succeeded: number): PlannedEvent[] {
  if (condition.type !== 'Complete') return [{ type: 'Warning', reason: condition.reason ?? '', message: condition.message ?? '' }]
  const completed: PlannedEvent = { type: 'Normal', reason: 'Completed', message: 'Job completed' }
  const { completions } = job.spec
  if (completions === undefined || succeeded <= completions) return [completed]
  const message = 'Too many succeeded pods running after completion count reached'
  return [{ type: 'Warning', reason: 'TooManySucceededPods', message }, completed]
}
