import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { Job as JobKind, Pod as PodKind } from '@kubetape/api/kinds'
import { controllerOf, objectKey, splitObjectKey } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { jobRateLimiter } from './job-rate-limiter.ts'
import { type JobCarried, type JobObserved, type JobPlan, NOTHING_CARRIED } from './job-plan.ts'
import { BY_OWNER, byOwner, orphansOf, ownerValue } from './job-pod-index.ts'
import { NO_FAILURES, type StepFailures } from './job-step.ts'
import { JobStepRunner } from './job-step-runner.ts'
import { selectorMatches } from './label-match.ts'
import { plan } from './plan.ts'

/**
 * Changes of Pods are gathered for this long before their Job is looked at, so that a thousand Pods ending at once cost a few status writes
 * and not a thousand (upstream gathers for a second; reading our own writes lets us look sooner without creating Pods twice).
 */
export const POD_BATCH_MS = 200
/** Jobs worked on at the same time (kube-controller-manager's --concurrent-job-syncs). */
const CONCURRENT_JOBS = 5

/** State kept between runs of one Job; of another Job under the same name it says nothing. */
interface Carried {
  readonly uid: string
  readonly job: JobCarried
  /** A request got no answer: Pods may exist that the informer has not seen. */
  readonly uncertain: boolean
}

/** The Job controller of v1.31 (KEP-2307 and its successors): `plan` decides, this shell observes, acts and records. */
export function jobController(): Controller {
  return controllerFor<Job>(JobKind, {
    delayMs: ({ object, previous }) =>
      previous !== undefined && previous.metadata.generation === object.metadata.generation ? POD_BATCH_MS : 0,
  })
    .named('job')
    .with({ concurrencyMax: CONCURRENT_JOBS, rateLimiter: jobRateLimiter })
    .owns<Pod>(PodKind, { delayMs: () => POD_BATCH_MS })
    .watches<Pod>(PodKind, ({ object }, lookup) => jobsWanting(object, lookup(JobKind).list(object.metadata.namespace)), {
      delayMs: () => POD_BATCH_MS,
    })
    .index<Pod>(PodKind, BY_OWNER, byOwner)
    .reconcile((request, context) => reconcile(request.key, context))
}

/** Jobs whose selector an orphan matches: one of them will adopt it. */
function jobsWanting(pod: Pod, jobs: readonly Job[]): string[] {
  if (controllerOf(pod) !== undefined || pod.metadata.deletionTimestamp !== undefined) return []
  return jobs.filter((job) => job.spec.selector !== undefined && selectorMatches(job.spec.selector, pod.metadata.labels)).map(objectKey)
}

async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { namespace, name } = splitObjectKey(key)
  const job = context.lister<Job>(JobKind).get(namespace, name)
  if (job === undefined) {
    context.carry(undefined)
    return {}
  }
  const carried = carriedOf(context.carried, job)
  const observed: JobObserved = {
    job,
    pods: await podsOf(job, carried.uncertain, context),
    nowMs: context.nowMs(),
    gates: context.gates,
    carried: carried.job,
    upToDate: true,
    awaitedRemovals: new Set(),
  }
  const runner = new JobStepRunner(job, context)
  const keep = (state: JobCarried, uncertain = false): void =>
    context.carry({ uid: job.metadata.uid ?? '', job: state, uncertain } satisfies Carried)
  let failures: StepFailures = NO_FAILURES
  let current: JobPlan = plan(observed, failures)
  try {
    for (let at = 0; at < current.steps.length; at++) {
      const step = current.steps[at]!
      const found = await runner.run(step, failures)
      if (step.type === 'write-status' && step.backoff !== undefined) keep({ backoff: step.backoff })
      if (found === failures) continue
      failures = found
      current = plan(observed, failures)
    }
  } catch (error) {
    if (runner.uncertain) keep(carried.job, true)
    throw error
  }
  if (runner.errors.length > 0) {
    if (runner.uncertain) keep(carried.job, true)
    throw asError(runner.errors[0])
  }
  keep(current.carried)
  return current.requeueAfterMs === undefined ? {} : { requeueAfterMs: current.requeueAfterMs }
}

function carriedOf(carried: unknown, job: Job): Carried {
  const known = carried as Carried | undefined
  if (known !== undefined && known.uid === job.metadata.uid) return known
  return { uid: job.metadata.uid ?? '', job: NOTHING_CARRIED, uncertain: false }
}

/** What the informer shows, own writes included; after a lost answer what the API says now, since the informer may be behind the lost write. */
async function podsOf(job: Job, uncertain: boolean, context: ReconcileContext): Promise<readonly Pod[]> {
  const { namespace = '', uid = '' } = job.metadata
  const pods = context.lister<Pod>(PodKind)
  const known = [...pods.byIndex(BY_OWNER, uid), ...pods.byIndex(BY_OWNER, orphansOf(namespace))]
  if (!uncertain) return known
  const live = await context.client.list<Pod>(PodKind, { namespace })
  return live.items.filter((pod) => [uid, orphansOf(namespace)].includes(ownerValue(pod)))
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
