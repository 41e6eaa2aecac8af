import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { Job as JobKind, Pod as PodKind } from '@kubetape/api/kinds'
import { conflict, isConflict, isNotFound, isStatusError, type KubeObject, type ObjectName } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'
import { podCreated, podDeleted, podNotCreated, podNotDeleted, type PlannedEvent } from './job-event.ts'
import { controllerReference } from './controller-reference.ts'
import { TRACKING_FINALIZER } from './job-pod.ts'
import type { JobStep, StepFailures } from './job-step.ts'

const nameOf = ({ metadata }: KubeObject): ObjectName => ({ namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' })

/** Does the steps of a Job's plan. Refusals that the plan can live with become `StepFailures` and errors to report at the end; others throw. */
export class JobStepRunner {
  /** What went wrong on the way; the run is to be tried again. */
  readonly errors: unknown[] = []
  /** A request got no answer, so what it would have done may have been done. */
  uncertain = false
  readonly #context: ReconcileContext
  #job: Job

  constructor(job: Job, context: ReconcileContext) {
    this.#job = job
    this.#context = context
  }

  /** Does one step; answers `failures` itself when everything went as planned. */
  async run(step: JobStep, failures: StepFailures): Promise<StepFailures> {
    switch (step.type) {
      case 'create-pods': {
        const notCreated = await this.#create(step.pods, step.batches)
        return notCreated === 0 ? failures : { ...failures, notCreated: failures.notCreated + notCreated }
      }
      case 'delete-pods': {
        const kept = await this.#each(step.pods, (pod) => this.#delete(pod, step.untracked))
        return kept.size === 0 ? failures : { ...failures, notDeleted: new Set([...failures.notDeleted, ...kept]) }
      }
      case 'remove-finalizers': {
        const kept = await this.#each(step.pods, (pod) => this.#removeFinalizer(pod))
        return kept.size === 0 ? failures : { ...failures, notReleased: new Set([...failures.notReleased, ...kept]) }
      }
      case 'adopt-pods':
        await this.#adopt(step.pods)
        return failures
      case 'release-pods':
        await this.#each(step.pods, (pod) => this.#release(pod))
        return failures
      case 'write-status':
        this.#job = await this.#context.client.update<Job>(JobKind, { ...this.#job, status: step.status }, { subresource: 'status' })
        return failures
      case 'record-event':
        this.#event(step.event)
        return failures
    }
  }

  /** Creates in batches that grow while all goes well, so that a wall of refusals costs few requests. Answers how many were not made. */
  async #create(pods: readonly Pod[], batches: readonly number[]): Promise<number> {
    let at = 0
    let missing = 0
    for (const size of batches) {
      const results = await Promise.all(pods.slice(at, at + size).map((pod) => this.#createOne(pod)))
      at += size
      const refused = results.filter((result) => result === 'refused').length
      missing += refused
      if (refused > 0) return missing + Math.max(0, pods.length - at)
    }
    return missing
  }

  async #createOne(pod: Pod): Promise<'made' | 'ending' | 'refused'> {
    try {
      const made = await this.#context.client.create<Pod>(PodKind, pod)
      this.#event(podCreated(made.metadata.name ?? ''))
      return 'made'
    } catch (error) {
      if (isStatusError(error) && error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return 'ending'
      this.#note(error)
      this.#event(podNotCreated(textOf(error)))
      return 'refused'
    }
  }

  async #delete(pod: Pod, untracked: boolean): Promise<void> {
    if (untracked) await this.#removeFinalizer(pod)
    try {
      await this.#context.client.delete<Pod>(PodKind, nameOf(pod), { preconditions: uidOf(pod) })
      this.#event(podDeleted(pod.metadata.name ?? ''))
    } catch (error) {
      if (isNotFound(error)) return
      this.#event(podNotDeleted(textOf(error)))
      throw error
    }
  }

  async #removeFinalizer(pod: Pod): Promise<void> {
    if (!pod.metadata.finalizers?.includes(TRACKING_FINALIZER)) return
    await this.#patchPod(pod, { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] })
  }

  async #release(pod: Pod): Promise<void> {
    await this.#patchPod(pod, {
      ownerReferences: [{ $patch: 'delete', uid: this.#job.metadata.uid }],
      '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER],
    })
  }

  /** Asks the API first whether the Job still is this one and not on its way out: what it adopts must not go with it by mistake. */
  async #adopt(pods: readonly Pod[]): Promise<void> {
    const fresh = await this.#context.client.get<Job>(JobKind, nameOf(this.#job))
    const { name = '', uid } = this.#job.metadata
    if (fresh.metadata.uid !== uid) throw conflict({ group: 'batch', resource: 'jobs' }, name, 'another Job has its name now')
    if (fresh.metadata.deletionTimestamp !== undefined)
      throw conflict({ group: 'batch', resource: 'jobs' }, name, 'it has just been deleted')
    await this.#each(pods, (pod) =>
      this.#patchPod(pod, {
        ownerReferences: [controllerReference({ apiVersion: 'batch/v1', kind: 'Job' }, this.#job)],
        finalizers: [TRACKING_FINALIZER],
      }),
    )
  }

  /** Patches this very Pod; that it is gone, or another one has its name, is fine. */
  async #patchPod(pod: Pod, metadata: Record<string, unknown>): Promise<void> {
    try {
      await this.#context.client.patch<Pod>(PodKind, nameOf(pod), {
        type: 'strategic',
        body: { metadata: { uid: pod.metadata.uid, ...metadata } },
      })
    } catch (error) {
      if (isNotFound(error)) return
      if (!isConflict(error) || (await this.#isThere(pod))) throw error
    }
  }

  /** Whether the API still has this very Pod: a conflict says so as little as that it is gone. */
  async #isThere(pod: Pod): Promise<boolean> {
    try {
      const now = await this.#context.client.get<Pod>(PodKind, nameOf(pod))
      return now.metadata.uid === pod.metadata.uid
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  /** Does this for each Pod side by side; answers the uids of those where it failed. */
  async #each(pods: readonly Pod[], action: (pod: Pod) => Promise<void>): Promise<Set<string>> {
    const failed = new Set<string>()
    await Promise.all(
      pods.map(async (pod) => {
        try {
          await action(pod)
        } catch (error) {
          this.#note(error)
          failed.add(pod.metadata.uid ?? '')
        }
      }),
    )
    return failed
  }

  #note(error: unknown): void {
    this.errors.push(error)
    if (!isStatusError(error)) this.uncertain = true
  }

  #event({ type, reason, message }: PlannedEvent): void {
    this.#context.event(this.#job, type, reason, message)
  }
}

const uidOf = ({ metadata }: Pod): { uid?: string } => (metadata.uid === undefined ? {} : { uid: metadata.uid })
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
