import type { CronJob, Job } from '@kubetape/api/types/batch/v1'
import { CronJob as CronJobKind, Job as JobKind } from '@kubetape/api/kinds'
import { controllerOf, isAlreadyExists, isNotFound, isStatusError } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import type { PlannedEvent } from '../job/job-event.ts'
import { jobNotCreated, jobNotDeleted } from './cron-event.ts'
import type { CronLive, CronObserved, CronOutcome, CronStep } from './cron-plan.ts'
import { afterScheduleChange, liveReads, plan } from './plan.ts'

/** CronJobs worked on at the same time (kube-controller-manager's --concurrent-cron-job-syncs). */
const CONCURRENT_CRON_JOBS = 5
const BY_OWNER = 'cronJobOwner'
const byOwner = (job: Job): readonly string[] => [controllerOf(job)?.uid ?? '']

/** The schedule that the last run saw: a change of it waits for the next due time, as upstream. */
interface Carried {
  readonly uid: string
  readonly schedule: string
  readonly timeZone: string
}

/** The CronJob controller of v1.31: `plan` decides, this shell observes, acts and records. */
export function cronJobController(): Controller {
  return controllerFor<CronJob>(CronJobKind)
    .named('cronjob')
    .with({ concurrencyMax: CONCURRENT_CRON_JOBS })
    .owns<Job>(JobKind)
    .index<Job>(JobKind, BY_OWNER, byOwner)
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context))
}

async function reconcile(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult> {
  const cronJob = context.lister<CronJob>(CronJobKind).get(namespace, name)
  if (cronJob === undefined) {
    context.carry(undefined)
    return {}
  }
  const { schedule, timeZone = '' } = cronJob.spec
  const before = context.carried as Carried | undefined
  const now: Carried = { uid: cronJob.metadata.uid ?? '', schedule, timeZone }
  context.carry(now)
  const nowMs = context.nowMs()
  if (before?.uid === now.uid && (before.schedule !== schedule || before.timeZone !== timeZone)) {
    const { event, requeueAfterMs } = afterScheduleChange(cronJob, nowMs)
    if (event !== undefined) record(cronJob, event, context)
    return requeueAfterMs === undefined ? {} : { requeueAfterMs }
  }
  const jobs = context.lister<Job>(JobKind).byIndex(BY_OWNER, now.uid)
  const observed: CronObserved = { cronJob, jobs, nowMs, gates: context.gates, live: await readLive(cronJob, jobs, context) }
  return act(observed, context)
}

/** Does the steps; what comes of one may change those behind it. A refusal is reported and the run tried again. */
async function act(observed: CronObserved, context: ReconcileContext): Promise<ReconcileResult> {
  let outcome: CronOutcome = {}
  let current = plan(observed, outcome)
  let problem: Error | undefined
  for (let at = 0; at < current.steps.length; at++) {
    try {
      const next = await doStep(current.steps[at]!, observed.cronJob, outcome, context)
      if (next === outcome) continue
      outcome = next
    } catch (error) {
      if (!(error instanceof StepRefused)) throw error
      problem ??= error
      outcome = error.outcome
    }
    current = plan(observed, outcome)
  }
  if (problem !== undefined) throw problem
  return current.requeueAfterMs === undefined ? {} : { requeueAfterMs: current.requeueAfterMs }
}

/** A step was refused; the plan goes on with this outcome. Retryable. */
class StepRefused extends Error {
  readonly code = 'STEP_REFUSED' as const
  readonly outcome: CronOutcome

  constructor(cause: unknown, outcome: CronOutcome) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'StepRefused'
    this.outcome = outcome
  }
}

async function doStep(step: CronStep, cronJob: CronJob, outcome: CronOutcome, context: ReconcileContext): Promise<CronOutcome> {
  const { namespace = '' } = cronJob.metadata
  switch (step.type) {
    case 'record-event':
      record(cronJob, step.event, context)
      return outcome
    case 'write-status':
      await context.client.update<CronJob>(CronJobKind, { ...cronJob, status: step.status }, { subresource: 'status' })
      return outcome
    case 'delete-job':
      try {
        await context.client.delete<Job>(
          JobKind,
          { namespace, name: step.name },
          { propagationPolicy: 'Background', preconditions: { uid: step.uid } },
        )
        return outcome
      } catch (error) {
        if (isNotFound(error)) return outcome
        record(cronJob, jobNotDeleted(textOf(error)), context)
        throw new StepRefused(error, { ...outcome, notDeleted: new Set([...(outcome.notDeleted ?? []), step.uid]) })
      }
    case 'create-job':
      return createJob(step.job, cronJob, outcome, context)
  }
}

async function createJob(job: Job, cronJob: CronJob, outcome: CronOutcome, context: ReconcileContext): Promise<CronOutcome> {
  const { namespace = '', name = '' } = job.metadata
  try {
    return { ...outcome, created: { job: await context.client.create<Job>(JobKind, job), existed: false } }
  } catch (error) {
    if (isAlreadyExists(error))
      return { ...outcome, created: { job: await context.client.get<Job>(JobKind, { namespace, name }), existed: true } }
    const ending = isStatusError(error) && error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')
    if (ending) return { ...outcome, created: 'refused' }
    record(cronJob, jobNotCreated(textOf(error)), context)
    throw new StepRefused(error, { ...outcome, created: 'refused' })
  }
}

/** Reads from the API itself what the informers may be behind on. */
async function readLive(cronJob: CronJob, jobs: readonly Job[], context: ReconcileContext): Promise<CronLive> {
  const { namespace = '', name = '' } = cronJob.metadata
  const reads = liveReads({ cronJob, jobs })
  const gone = new Set<string>()
  for (const { name: jobName = '', uid = '' } of reads.jobs) {
    try {
      const live = await context.client.get<Job>(JobKind, { namespace, name: jobName })
      if (live.metadata.uid !== uid) gone.add(uid)
    } catch (error) {
      if (!isNotFound(error)) throw error
      gone.add(uid)
    }
  }
  if (!reads.cronJob) return { gone }
  return { gone, cronJob: await context.client.get<CronJob>(CronJobKind, { namespace, name }) }
}

function record(cronJob: CronJob, { type, reason, message }: PlannedEvent, context: ReconcileContext): void {
  context.event(cronJob, type, reason, message)
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
