import { controllerOf } from '@kubetape/apimachinery'
import { finishedCondition } from './job-condition.ts'
import { UNKNOWN_COMPLETION_MODE } from './job-event.ts'
import { hasTrackingFinalizer } from './job-pod.ts'
import { isManagedByOther } from './job-rules.ts'
import { type JobObserved, type JobPlan, NOTHING_CARRIED } from './job-plan.ts'
import { JobRun } from './job-run.ts'
import { type JobStep, NO_FAILURES, type StepFailures } from './job-step.ts'
import { claimPods } from './pod-claims.ts'

/**
 * Plans one run for a Job. Pure: the same observation gives the same plan. When steps fail, planning again with these `failures` gives the
 * rest of the run (see `StepFailures`); the run then still ends in an error, to be tried again.
 *
 * The order of the writes is the protocol by which Pods are counted exactly once (KEP-2307): ended Pods are noted in the status together
 * with FailureTarget or SuccessCriteriaMet, then lose their finalizer, then a second write moves them into the counters and adds Failed
 * or Complete, if nothing is uncounted and nothing terminating.
 */
export function plan(observed: JobObserved, failures: StepFailures = NO_FAILURES): JobPlan {
  const { job, carried, gates } = observed
  if (isManagedByOther(job, gates)) return { steps: [], carried }
  if (finishedCondition(job)) return { steps: lettingGo(observed), carried: NOTHING_CARRIED }
  const mode = job.spec.completionMode ?? 'NonIndexed'
  if (mode !== 'Indexed' && mode !== 'NonIndexed') return { steps: [{ type: 'record-event', event: UNKNOWN_COMPLETION_MODE }], carried }
  const { pods, adopt, release } = claimPods(job, observed.pods)
  const steps: JobStep[] = []
  if (adopt.length > 0) steps.push({ type: 'adopt-pods', pods: adopt })
  if (release.length > 0) steps.push({ type: 'release-pods', pods: release })
  return new JobRun(observed, pods, failures, steps).plan()
}

/** A Job ends when no Pod of it is tracked any more; Pods that came to light later are let go without being counted. */
function lettingGo({ job, pods, awaitedRemovals }: JobObserved): JobStep[] {
  const stray = pods.filter(
    (pod) => hasTrackingFinalizer(pod) && controllerOf(pod)?.uid === job.metadata.uid && !awaitedRemovals.has(pod.metadata.uid ?? ''),
  )
  return stray.length > 0 ? [{ type: 'remove-finalizers', pods: stray }] : []
}
