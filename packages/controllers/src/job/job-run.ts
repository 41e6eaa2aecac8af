import type { JobCondition } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import { type BackoffRecord, nextBackoff } from './backoff.ts'
import { jobCondition, trueCondition, withCondition } from './job-condition.ts'
import { endVerdict, successVerdict } from './job-end.ts'
import { finishedEvents, RESUMED, SUSPENDED } from './job-event.ts'
import { isReady, type JobPod, podFinishedAtMs } from './job-pod.ts'
import { type JobCarried, type JobObserved, type JobPlan, NOTHING_CARRIED } from './job-plan.ts'
import { type JobProgress, jobProgress } from './job-progress.ts'
import { jobRules } from './job-rules.ts'
import { countReleased, draftStatus, type JobStatusDraft, wireStatus } from './job-status-draft.ts'
import type { JobStep, StepFailures } from './job-step.ts'
import { accountPods } from './pod-accounting.ts'
import { type PodScaling, scalePods, slowStartBatches } from './pod-scaling.ts'

/** One run for a Job that goes on, in the making: the draft of its status passes from stage to stage while the steps are laid out. */
export class JobRun {
  readonly #observed: JobObserved
  readonly #failures: StepFailures
  readonly #progress: JobProgress
  readonly #draft: JobStatusDraft
  readonly #steps: JobStep[]
  #terminating: number
  #end: JobCondition | undefined
  #requeueAfterMs: number | undefined
  #carried: JobCarried

  /** `pods`: those of the Job, claimed already. The run's steps are added after `steps`. */
  constructor(observed: JobObserved, pods: readonly Pod[], failures: StepFailures, steps: JobStep[]) {
    const { job, gates, awaitedRemovals, carried } = observed
    this.#observed = observed
    this.#failures = failures
    this.#progress = jobProgress(job, pods, jobRules(job, gates), awaitedRemovals)
    this.#draft = draftStatus(job.status)
    this.#terminating = this.#progress.terminating
    this.#steps = steps
    this.#carried = carried
  }

  /** Plans the whole run; to be called once. */
  plan(): JobPlan {
    const { nowMs } = this.#observed
    const { rules } = this.#progress
    const before = { ...this.#draft }
    if (this.#draft.startTime === undefined && !rules.suspended) this.#draft.startTime = formatTime(nowMs)
    const backoff = this.#backoff()
    const verdict = endVerdict(this.#progress, this.#draft.startTime, nowMs)
    this.#requeue(verdict.deadlineInMs)
    const suspensionChanged = verdict.condition ? this.#stopPods(verdict.condition) : this.#keepRunning(backoff)
    this.#draft.terminating = rules.showTerminating ? this.#terminating : undefined
    const changed =
      suspensionChanged ||
      this.#draft.active !== before.active ||
      this.#draft.ready !== before.ready ||
      this.#draft.terminating !== before.terminating
    this.#countPods(changed, backoff)
    const requeue = this.#requeueAfterMs === undefined ? {} : { requeueAfterMs: this.#requeueAfterMs }
    return { steps: this.#steps, ...requeue, carried: this.#carried }
  }

  /** Deletes what is still active. The Job can end only if that worked and nothing is on its way that is not in sight. */
  #stopPods(end: JobCondition): boolean {
    const { active, ready } = this.#progress
    const deleted = this.#deletion(active, false)
    this.#draft.active = active.length - deleted.length
    this.#draft.ready = ready - deleted.filter(({ pod }) => isReady(pod)).length
    this.#end = deleted.length === active.length && this.#observed.upToDate ? end : undefined
    return false
  }

  /** Brings the number of Pods in line. Answers whether the condition Suspended changed. */
  #keepRunning(backoff: BackoffRecord): boolean {
    const { job, upToDate, nowMs } = this.#observed
    const { active, ready } = this.#progress
    const manages = upToDate && job.metadata.deletionTimestamp === undefined
    this.#draft.active = active.length
    this.#draft.ready = ready
    if (manages) this.#scale(scalePods(this.#progress, backoff, nowMs))
    this.#end = successVerdict(this.#progress, this.#draft.active, nowMs)
    return this.#end === undefined && manages && this.#noteSuspension()
  }

  #scale(scaling: PodScaling): void {
    switch (scaling.action) {
      case 'none':
        return
      case 'wait':
        // Upstream shows no active Pods while a back-off holds replacements back; users' waits rely on what it shows.
        this.#draft.active = 0
        return this.#requeue(scaling.waitMs)
      case 'delete': {
        const deleted = this.#deletion(scaling.pods, true)
        this.#draft.active -= deleted.length
        this.#draft.ready = this.#progress.ready - deleted.filter(({ pod }) => isReady(pod)).length
        return
      }
      case 'create':
        this.#steps.push({ type: 'create-pods', pods: scaling.pods, batches: slowStartBatches(scaling.pods.length) })
        this.#draft.active += scaling.pods.length - this.#failures.notCreated
    }
  }

  /** Adds the step and answers the Pods that it deletes. */
  #deletion(pods: readonly JobPod[], untracked: boolean): readonly JobPod[] {
    if (pods.length > 0) this.#steps.push({ type: 'delete-pods', pods: pods.map(({ pod }) => pod), untracked })
    const deleted = pods.filter(({ uid }) => !this.#failures.notDeleted.has(uid))
    this.#terminating += deleted.length
    return deleted
  }

  #noteSuspension(): boolean {
    const { nowMs } = this.#observed
    const { suspended } = this.#progress.rules
    const condition = suspended
      ? jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', nowMs)
      : jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', nowMs)
    const conditions = withCondition(this.#draft.conditions, condition)
    if (conditions === undefined) return false
    this.#draft.conditions = conditions
    // The deadline counts the time that the Job has been active without a break.
    if (!suspended) this.#draft.startTime = formatTime(nowMs)
    this.#steps.push({ type: 'record-event', event: suspended ? SUSPENDED : RESUMED })
    return true
  }

  /** Notes ended Pods, lets them go, counts them and ends the Job: the status protocol. */
  #countPods(statusChanged: boolean, backoff: BackoffRecord): void {
    const draft = this.#draft
    const tracked = new Set(this.#progress.pods.filter((pod) => pod.tracked).map(({ uid }) => uid))
    const counted = countReleased(draft, (uid) => tracked.has(uid))
    const { release, changed, full } = accountPods(this.#progress, draft, this.#end)
    const indexed = this.#noteIndexes()
    const interim = this.#noteInterimCondition()
    if (statusChanged || counted || changed || indexed || interim) {
      this.#steps.push({ type: 'write-status', status: wireStatus(draft), backoff })
      this.#carried = { backoff }
    }
    if (release.length > 0) this.#steps.push({ type: 'remove-finalizers', pods: release.map(({ pod }) => pod) })
    const { notReleased } = this.#failures
    for (const { uid } of release) if (!notReleased.has(uid)) tracked.delete(uid)
    const countedNow = countReleased(draft, (uid) => tracked.has(uid))
    const ended = notReleased.size === 0 && !full ? this.#finish() : undefined
    if (!countedNow && ended === undefined) return
    this.#steps.push({ type: 'write-status', status: wireStatus(draft) })
    if (ended === undefined) return
    for (const event of finishedEvents(this.#observed.job, ended, draft.succeeded)) this.#steps.push({ type: 'record-event', event })
    this.#carried = NOTHING_CARRIED
  }

  #noteIndexes(): boolean {
    const { rules, succeededIndexes, failedIndexes } = this.#progress
    if (!rules.indexed) return false
    const completed = succeededIndexes.toString()
    const failed = failedIndexes?.toString()
    const changed = completed !== this.#draft.completedIndexes || failed !== this.#draft.failedIndexes
    this.#draft.completedIndexes = completed
    this.#draft.failedIndexes = failed
    this.#draft.succeeded = succeededIndexes.size
    return changed
  }

  /** Puts FailureTarget or SuccessCriteriaMet into the status before finalizers go, and turns `#end` into what follows it. */
  #noteInterimCondition(): boolean {
    const { nowMs } = this.#observed
    const end = this.#end
    if (end?.type !== 'FailureTarget' && end?.type !== 'SuccessCriteriaMet') return false
    const final = end.type === 'FailureTarget' ? 'Failed' : 'Complete'
    this.#end = jobCondition(final, 'True', end.reason ?? '', end.message ?? '', nowMs)
    if (trueCondition(this.#draft.conditions, end.type)) return false
    this.#draft.conditions = [...this.#draft.conditions, end]
    return true
  }

  /** Adds Complete or Failed if nothing stands in the way any more; answers the condition. */
  #finish(): JobCondition | undefined {
    const draft = this.#draft
    const end = this.#end
    if (end === undefined || draft.uncountedSucceeded.length + draft.uncountedFailed.length > 0) return undefined
    if (this.#progress.rules.delayEnd && this.#terminating > 0) return undefined
    draft.conditions = withCondition(draft.conditions, end) ?? draft.conditions
    if (end.type === 'Complete') draft.completionTime = end.lastTransitionTime
    return end
  }

  #backoff(): BackoffRecord {
    const { newlySucceeded, newlyFailed, rules } = this.#progress
    const endedAt = ({ pod }: JobPod): number => podFinishedAtMs(pod, rules.sidecars)
    return nextBackoff(this.#observed.carried.backoff, newlySucceeded.map(endedAt), newlyFailed.map(endedAt))
  }

  #requeue(afterMs: number | undefined): void {
    if (afterMs !== undefined) this.#requeueAfterMs = Math.min(afterMs, this.#requeueAfterMs ?? afterMs)
  }
}
