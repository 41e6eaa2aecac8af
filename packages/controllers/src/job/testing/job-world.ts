import type { Job, JobStatus } from '@kubetape/api/types/batch/v1'
import type { Pod, PodStatus } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { type JobPlan, NOTHING_CARRIED } from '../job-plan.ts'
import { TRACKING_FINALIZER } from '../job-pod.ts'
import type { JobStep } from '../job-step.ts'
import { plan } from '../plan.ts'
import { gatesWith, NOW_MS } from './job-fixtures.ts'

/** One Job and its Pods in memory, for tests that follow a Job over several runs: every step of a plan succeeds at once. */
export class JobWorld {
  job: Job
  pods: Pod[] = []
  nowMs = NOW_MS
  carried = NOTHING_CARRIED
  readonly gates: Gates
  readonly statuses: JobStatus[] = []
  readonly events: string[] = []
  /** What the last run asked for; undefined: nothing. */
  requeueAfterMs: number | undefined
  #made = 0

  constructor(job: Job, gates: Gates = gatesWith()) {
    this.job = job
    this.gates = gates
  }

  /** The status as it is now. */
  get status(): JobStatus {
    return this.job.status ?? {}
  }

  /** Plans one run and does it. */
  run(): JobPlan {
    const { job, pods, nowMs, gates, carried } = this
    const planned = plan({ job, pods, nowMs, gates, carried, upToDate: true, awaitedRemovals: new Set() })
    for (const step of planned.steps) this.#do(step)
    this.carried = planned.carried
    this.requeueAfterMs = planned.requeueAfterMs
    return planned
  }

  /** Runs until there is nothing left to do. */
  settle(): this {
    for (let runs = 0; this.run().steps.length > 0; runs++) if (runs > 20) throw new Error('Cannot settle the Job: it never comes to rest')
    return this
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): this {
    this.nowMs += seconds * 1000
    return this
  }

  /** Changes the spec. */
  patch(spec: Partial<Job['spec']>): this {
    this.job = { ...this.job, spec: { ...this.job.spec, ...spec } }
    return this
  }

  /** Gives Pods that have not ended and are chosen (by place among those, or a test) a new status, as a kubelet would. */
  kubelet(chosen: number | ((pod: Pod) => boolean), status: PodStatus): this {
    const living = this.pods.filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
    const targets = new Set(living.filter((pod, at) => (typeof chosen === 'number' ? at === chosen : chosen(pod))))
    this.pods = this.pods.map((pod) => (targets.has(pod) ? { ...pod, status } : pod))
    return this
  }

  /** Ends a container of a Pod of this name prefix now. */
  exited(exitCode: number): PodStatus {
    const terminated = { exitCode, finishedAt: formatTime(this.nowMs) }
    const main = { name: 'main', image: 'x', imageID: '', ready: false, restartCount: 0, state: { terminated } }
    return { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [main] }
  }

  /** A user deletes a Pod. */
  deletePod(pod: Pod): void {
    const graceSeconds = pod.spec.nodeName ? 30 : 0
    const deletionTimestamp = formatTime(this.nowMs + graceSeconds * 1000)
    this.#replace({ ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds } })
  }

  /** Ends the grace period of deleted Pods with this status. */
  reap(status: PodStatus): void {
    for (const pod of this.pods) {
      if (pod.metadata.deletionTimestamp) this.#replace({ ...pod, status, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } })
    }
  }

  #do(step: JobStep): void {
    switch (step.type) {
      case 'adopt-pods':
        for (const pod of step.pods)
          this.#replace(withTracking({ ...pod, metadata: { ...pod.metadata, ownerReferences: [this.#owner()] } }))
        return
      case 'release-pods':
        for (const { metadata, ...pod } of step.pods) this.#replace(untracked({ ...pod, metadata: { ...metadata, ownerReferences: [] } }))
        return
      case 'delete-pods':
        for (const pod of step.pods) this.deletePod(step.untracked ? untracked(pod) : pod)
        for (const pod of step.pods) this.events.push(`Deleted pod: ${pod.metadata.name}`)
        return
      case 'create-pods':
        for (const pod of step.pods) this.#create(pod)
        return
      case 'remove-finalizers':
        for (const { metadata } of step.pods) {
          const pod = this.pods.find((other) => other.metadata.uid === metadata.uid)
          if (pod) this.#replace(untracked(pod))
        }
        return
      case 'write-status':
        this.job = { ...this.job, status: step.status }
        this.statuses.push(step.status)
        return
      case 'record-event':
        this.events.push(step.event.message)
    }
  }

  #owner(): NonNullable<Pod['metadata']['ownerReferences']>[number] {
    const { name = '', uid = '' } = this.job.metadata
    return { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true }
  }

  #create(draft: Pod): void {
    const name = `${draft.metadata.generateName}${++this.#made}`
    const metadata = { ...draft.metadata, name, uid: `uid-${this.#made}`, creationTimestamp: formatTime(this.nowMs) }
    this.pods.push({ ...draft, metadata, status: { phase: 'Pending' } })
    this.events.push(`Created pod: ${name}`)
  }

  /** Puts a new version of a Pod in the place of the old one; it goes when its deletion is over and nothing holds it. */
  #replace(pod: Pod): void {
    const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [], uid } = pod.metadata
    const gone = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0
    this.pods = gone
      ? this.pods.filter((other) => other.metadata.uid !== uid)
      : this.pods.map((other) => (other.metadata.uid === uid ? pod : other))
  }
}

function untracked(pod: Pod): Pod {
  return {
    ...pod,
    metadata: { ...pod.metadata, finalizers: (pod.metadata.finalizers ?? []).filter((name) => name !== TRACKING_FINALIZER) },
  }
}

function withTracking(pod: Pod): Pod {
  return { ...pod, metadata: { ...pod.metadata, finalizers: [...(untracked(pod).metadata.finalizers ?? []), TRACKING_FINALIZER] } }
}
