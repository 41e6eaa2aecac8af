import type { CronJob, CronJobStatus, Job } from '@kubetape/api/types/batch/v1'
import type { ObjectReference } from '@kubetape/api/types/core/v1'
import { controllerOf, formatTime } from '@kubetape/apimachinery'
import { finishedCondition } from '../job/job-condition.ts'
import type { PlannedEvent } from '../job/job-event.ts'
import { kubeTimeMs } from '../job/kube-time.ts'
import {
  JOB_ALREADY_ACTIVE,
  jobCompleted,
  jobCreated,
  jobDeleted,
  jobMissing,
  jobUnexpected,
  scheduleInvalid,
  scheduleMissed,
  scheduleUnparseable,
  scheduleUnsupported,
  TOO_MANY_MISSED,
  unknownTimeZone,
} from './cron-event.ts'
import { ScheduleError } from './cron-fields.ts'
import type { CronObserved, CronOutcome, CronPlan, CronStep } from './cron-plan.ts'
import { type CronSchedule, readSchedule } from './cron-schedule.ts'
import { expiredJobs } from './job-history.ts'
import { dueTime, nextDueInMs } from './missed-schedules.ts'
import { scheduledJob, scheduledJobName } from './scheduled-job.ts'
import { TimeZone } from './time-zone.ts'

/** One run for a CronJob in the making. */
export class CronRun {
  readonly #observed: CronObserved
  readonly #jobs: readonly Job[]
  readonly #outcome: CronOutcome
  readonly #steps: CronStep[] = []
  #cronJob: CronJob
  #status: CronJobStatus
  #changed = false

  /** `jobs`: those that the CronJob controls. */
  constructor(observed: CronObserved, jobs: readonly Job[], outcome: CronOutcome) {
    this.#observed = observed
    this.#jobs = jobs
    this.#outcome = outcome
    this.#cronJob = observed.cronJob
    this.#status = { ...observed.cronJob.status }
  }

  /** Plans the whole run; to be called once. */
  plan(): CronPlan {
    for (const { metadata } of expiredJobs(this.#cronJob, this.#jobs)) this.#delete(metadata.name ?? '', metadata.uid ?? '')
    this.#followJobs()
    this.#dropMissingJobs()
    const requeueAfterMs = this.#cronJob.metadata.deletionTimestamp === undefined ? this.#runIfDue() : undefined
    if (this.#changed) this.#steps.push({ type: 'write-status', status: wireStatus(this.#status) })
    return { steps: this.#steps, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs: Math.max(0, requeueAfterMs) }) }
  }

  get #active(): readonly ObjectReference[] {
    return this.#status.active ?? []
  }

  #isActive(uid: string | undefined): boolean {
    return this.#active.some((reference) => reference.uid === uid)
  }

  #dropActive(uid: string | undefined): void {
    this.#status.active = this.#active.filter((reference) => reference.uid !== uid)
    this.#changed = true
  }

  #record(event: PlannedEvent): void {
    this.#steps.push({ type: 'record-event', event })
  }

  /** Answers whether the Job is deleted, as far as known. */
  #delete(name: string, uid: string): boolean {
    this.#steps.push({ type: 'delete-job', name, uid })
    if (this.#outcome.notDeleted?.has(uid)) return false
    this.#dropActive(uid)
    this.#record(jobDeleted(name))
    return true
  }

  #followJobs(): void {
    const live = this.#observed.live.cronJob
    for (const job of this.#jobs) {
      const { uid, name = '' } = job.metadata
      const ended = finishedCondition(job)
      const isActive = this.#isActive(uid)
      if (!isActive && ended === undefined) {
        // Our own status write may not have come back yet: then the fresh CronJob knows the Job and is the one to go on with.
        if (live?.status?.active?.some((reference) => reference.uid === uid)) {
          this.#cronJob = live
          this.#status = { ...live.status }
        } else this.#record(jobUnexpected(name))
      } else if (isActive && ended !== undefined) {
        this.#dropActive(uid)
        this.#record(jobCompleted(name, ended.type))
      } else if (ended?.type === 'Complete') this.#noteSuccess(job.status?.completionTime)
    }
  }

  #noteSuccess(completionTime: string | undefined): void {
    const completedMs = kubeTimeMs(completionTime)
    if (completionTime === undefined || completedMs === undefined) return
    if (completedMs <= (kubeTimeMs(this.#status.lastSuccessfulTime) ?? -Infinity)) return
    this.#status.lastSuccessfulTime = completionTime
    this.#changed = true
  }

  #dropMissingJobs(): void {
    const seen = new Set(this.#jobs.map(({ metadata }) => metadata.uid))
    for (const { uid, name = '' } of this.#active) {
      if (uid === undefined || seen.has(uid) || !this.#observed.live.gone?.has(uid)) continue
      this.#record(jobMissing(name))
      this.#dropActive(uid)
    }
  }

  /** Answers when to look again; undefined: not before a change. */
  #runIfDue(): number | undefined {
    const { schedule: text, timeZone = '', suspend = false } = this.#cronJob.spec
    const zone = TimeZone.named(timeZone)
    if (zone === undefined) {
      this.#record(unknownTimeZone(timeZone))
      return undefined
    }
    if (suspend) return undefined
    if (text.includes('TZ')) this.#record(scheduleUnsupported(text))
    let schedule: CronSchedule
    try {
      schedule = readSchedule(text, zone)
    } catch (error) {
      return this.#explain(error, (message) => scheduleUnparseable(text, message))
    }
    let due: ReturnType<typeof dueTime>
    try {
      due = dueTime(this.#cronJob, schedule, this.#observed.nowMs)
    } catch (error) {
      return this.#explain(error, (message) => scheduleInvalid(text, message))
    }
    if (due.tooMany) this.#record(TOO_MANY_MISSED)
    const goesOn = due.dueMs === undefined || !this.#isToStart(due.dueMs) || this.#start(due.dueMs)
    return goesOn ? nextDueInMs({ ...this.#cronJob, status: this.#status }, schedule, this.#observed.nowMs) : undefined
  }

  #explain(error: unknown, event: (message: string) => PlannedEvent): undefined {
    if (!(error instanceof ScheduleError)) throw error
    this.#record(event(error.message))
    return undefined
  }

  #isToStart(dueMs: number): boolean {
    const { startingDeadlineSeconds, concurrencyPolicy } = this.#cronJob.spec
    if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < this.#observed.nowMs) {
      this.#record(scheduleMissed(dueMs))
      return false
    }
    const name = scheduledJobName(this.#cronJob, dueMs)
    if (this.#active.some((reference) => reference.name === name) || kubeTimeMs(this.#status.lastScheduleTime) === dueMs) return false
    if (concurrencyPolicy !== 'Forbid' || this.#active.length === 0) return true
    this.#record(JOB_ALREADY_ACTIVE)
    return false
  }

  /** Starts the Job of a due time. Answers whether the run goes on to the next due time: not after a failure. */
  #start(dueMs: number): boolean {
    if (this.#cronJob.spec.concurrencyPolicy === 'Replace') {
      for (const { name = '', uid = '' } of this.#active) if (!this.#delete(name, uid)) return false
    }
    const draft = scheduledJob(this.#cronJob, dueMs, this.#observed.gates)
    this.#steps.push({ type: 'create-job', job: draft })
    const { created = { job: draft, existed: false } } = this.#outcome
    if (created === 'refused') return false
    const { job, existed } = created
    if (existed && (controllerOf(job)?.uid !== this.#cronJob.metadata.uid || this.#isActive(job.metadata.uid))) return false
    if (!existed) this.#record(jobCreated(job.metadata.name ?? ''))
    this.#status.active = [...this.#active, referenceTo(job)]
    this.#status.lastScheduleTime = formatTime(dueMs)
    this.#changed = true
    return true
  }
}

function referenceTo({ metadata }: Job): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

function wireStatus({ active = [], ...status }: CronJobStatus): CronJobStatus {
  return active.length > 0 ? { active, ...status } : status
}
