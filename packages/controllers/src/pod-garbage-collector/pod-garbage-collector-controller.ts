import type { Node, Pod } from '@kubetape/api/types/core/v1'
import { Node as NodeKind, Pod as PodKind } from '@kubetape/api/kinds'
import { formatTime, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { Controller, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { plan, type PodRemoval, TERMINATED_PODS_MAX } from './plan.ts'

export interface PodGarbageCollectorOptions {
  /** Terminated Pods to keep; 0 or less: all. Default 12,500. */
  readonly terminatedPodsMax?: number
}

/** The cluster is looked at this often while it has Pods. */
const CHECK_PERIOD_MS = 20_000
/** There is one thing to do, and it is about all Pods. */
const KEY = 'cluster'
/** Pods removed at the same time. */
const PARALLEL_MAX = 50

/** Removes Pods that nobody else will: too many terminated ones, those of lost nodes, those stuck in termination (kube-controller-manager's pod-garbage-collector). */
export function podGarbageCollectorController({ terminatedPodsMax = TERMINATED_PODS_MAX }: PodGarbageCollectorOptions = {}): Controller {
  // Only what starts the clock: while there are Pods the runs follow each other.
  const watch: Watch<Pod> = {
    kind: PodKind,
    map: ({ type }) => (type === 'added' ? [KEY] : []),
    predicate: undefined,
    delayMs: ({ initial }) => (initial ? 0 : CHECK_PERIOD_MS),
  }
  return {
    name: 'pod-garbage-collector',
    kind: PodKind,
    watches: [watch as unknown as Watch],
    reads: [NodeKind],
    indexes: new Map(),
    options: {},
    reconcile: (_, context) => reconcile(terminatedPodsMax, context),
  }
}

async function reconcile(terminatedPodsMax: number, context: ReconcileContext): Promise<ReconcileResult> {
  const pods = context.lister<Pod>(PodKind).list()
  const nodes = new Map(
    context
      .lister<Node>(NodeKind)
      .list()
      .map((node) => [node.metadata.name ?? '', node]),
  )
  const nowMs = context.nowMs()
  const { removals, missing } = plan({
    pods,
    nodes,
    missing: (context.carried as Record<string, number> | undefined) ?? {},
    nowMs,
    terminatedPodsMax,
  })
  context.carry(missing)
  const lost = await confirmedMissing(removals, context)
  const due = removals.filter(({ missingNode }) => missingNode === undefined || lost.has(missingNode))
  for (let at = 0; at < due.length; at += PARALLEL_MAX) {
    const results = await Promise.allSettled(due.slice(at, at + PARALLEL_MAX).map((removal) => remove(removal, nowMs, context)))
    for (const result of results)
      if (result.status === 'rejected') context.log.warn('a Pod could not be removed', { error: String(result.reason) })
  }
  return pods.length === 0 ? {} : { requeueAfterMs: CHECK_PERIOD_MS }
}

/** The informer may be behind; Pods are lost only when the API has no such node either. */
async function confirmedMissing(removals: readonly PodRemoval[], { client }: ReconcileContext): Promise<Set<string>> {
  const lost = new Set<string>()
  for (const name of new Set(removals.flatMap(({ missingNode }) => (missingNode === undefined ? [] : [missingNode])))) {
    try {
      await client.get<Node>(NodeKind, { name })
    } catch (error) {
      if (!isNotFound(error)) throw error
      lost.add(name)
    }
  }
  return lost
}

async function remove({ pod, fail, condition }: PodRemoval, nowMs: number, { client }: ReconcileContext): Promise<void> {
  const { namespace = '', name = '', uid = '' } = pod.metadata
  try {
    if (fail) {
      const conditions = condition === undefined ? {} : { conditions: [{ ...condition, lastTransitionTime: formatTime(nowMs) }] }
      await client.patch<Pod>(
        PodKind,
        { namespace, name },
        { type: 'strategic', body: { metadata: { uid }, status: { phase: 'Failed', ...conditions } } },
        { subresource: 'status' },
      )
    }
    await client.delete<Pod>(PodKind, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
  } catch (error) {
    // It is gone, or another Pod has its name now.
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
