import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { Job as JobKind, Pod as PodKind } from '@kubetape/api/kinds'
import { controllerOf, type KubeObject, objectKey } from '@kubetape/apimachinery'
import { ifFound } from '@kubetape/client'
import type { Controller, KindLookup, ReconcileContext, Watch } from '@kubetape/runtime'
import { finishedCondition } from './job-condition.ts'
import { hasTrackingFinalizer, TRACKING_FINALIZER } from './job-pod.ts'
import { BY_OWNER, byOwner } from './job-pod-index.ts'
import { jobRateLimiter } from './job-rate-limiter.ts'
import { isStrayTrackedPod } from './orphan-pod.ts'

/** Takes the tracking finalizer off Pods whose Job is gone or over (upstream's orphan Pods), so that they and their namespace can go. */
export function jobOrphanPodController(): Controller {
  // A Pod of a Job that goes on is of no concern here: a run for each of its changes would only say so.
  const pods: Watch<Pod> = {
    kind: PodKind,
    map: ({ object }, lookup) => (seemsStray(object, lookup) ? [objectKey(object)] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const jobs: Watch<Job> = {
    kind: JobKind,
    map: ({ object, type, previous }, lookup) =>
      ends(type, object, previous)
        ? lookup(PodKind)
            .byIndex(BY_OWNER, object.metadata.uid ?? '')
            .map(objectKey)
        : [],
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'job-orphan-pods',
    kind: PodKind,
    watches: [pods as unknown as Watch, jobs as unknown as Watch],
    reads: [],
    indexes: new Map([[PodKind, { [BY_OWNER]: byOwner as unknown as (object: KubeObject) => readonly string[] }]]),
    options: { rateLimiter: jobRateLimiter },
    reconcile: ({ namespace, name }, context) => letGoIfStray(namespace, name, context),
  }
}

function seemsStray(pod: Pod, lookup: KindLookup): boolean {
  if (!hasTrackingFinalizer(pod)) return false
  const owner = controllerOf(pod)
  if (owner === undefined) return true
  const job = lookup(JobKind).get(`${pod.metadata.namespace ?? ''}/${owner.name}`)
  return job === undefined || job.metadata.uid !== owner.uid || finishedCondition(job) !== undefined
}

const ends = (type: string, job: Job, previous: Job | undefined): boolean =>
  type === 'deleted' || (job.status?.conditions?.length ?? 0) !== (previous?.status?.conditions?.length ?? 0)

async function letGoIfStray(namespace: string, name: string, context: ReconcileContext): Promise<void> {
  const pod = context.lister<Pod>(PodKind).get(namespace, name)
  if (pod === undefined || !hasTrackingFinalizer(pod)) return
  const owner = controllerOf(pod)
  const known = owner === undefined ? undefined : context.lister<Job>(JobKind).get(namespace, owner.name)
  // The informers of two kinds keep no order between them: a Job that is not in sight yet may be there all the same.
  const job = known ?? (owner?.kind === 'Job' ? await liveJob(namespace, owner.name, context) : undefined)
  if (!isStrayTrackedPod(pod, job, context.gates)) return
  await context.client.patch<Pod>(
    PodKind,
    { namespace, name },
    { type: 'strategic', body: { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } } },
  )
}

function liveJob(namespace: string, name: string, context: ReconcileContext): Promise<Job | undefined> {
  return ifFound(context.client.get<Job>(JobKind, { namespace, name }))
}
