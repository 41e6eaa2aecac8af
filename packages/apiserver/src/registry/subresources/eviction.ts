import type { Pod } from '@kubetape/api/types/core/v1'
import type { PodDisruptionBudget } from '@kubetape/api/types/policy/v1'
import { cloneJson, badRequest, failure, formatTime, labelSelectorOf, notFound, tooManyRequests } from '@kubetape/apimachinery'
import { ExpectationFailed } from '@kubetape/eventlog'
import type { StoredObject } from '@kubetape/storage'
import { AdmissionChain } from '../../admission/admission.ts'
import { admissionAttributes, admit } from '../admit.ts'
import { deleteObject, dryOf } from '../delete.ts'
import { checkDeletionOptions, type DeletionOptions } from '../deletion-options.ts'
import type { RegistryEnvironment } from '../environment.ts'
import { readObject } from '../object-store.ts'
import type { SubresourceHandler } from '../registry.ts'
import type { Draft } from '../strategy.ts'
import { setPodCondition } from './binding.ts'
import { changePod, bodyOfKind } from './parent-pod.ts'
import { succeeded } from './success.ts'

const BUDGETS = { group: 'policy', resource: 'poddisruptionbudgets' } as const
/** A budget that is changed under our hands is read again this often. */
const TRIES_MAX = 20
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."

const KIND = { group: 'policy', version: 'v1', kind: 'Eviction' } as const

interface Eviction {
  readonly metadata?: { readonly name?: string }
  readonly deleteOptions?: DeletionOptions
}

const NOBODY_ASKED = new AdmissionChain([])

/** Evicts a Pod (API-initiated eviction): deletes it, unless the PodDisruptionBudget that selects it has nothing left to give, which is 429. */
export const evictPod: SubresourceHandler = async (environment, resource, requested) => {
  const eviction = bodyOfKind(requested, KIND) as Eviction
  const { name } = requested.request
  if (eviction.metadata?.name && eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object')
  await admit(environment, admissionAttributes(resource, requested, { operation: 'CREATE', name, draft: eviction as Draft, kind: KIND }))
  const options = eviction.deleteOptions ?? {}
  checkDeletionOptions(options)
  const context = dryOf(requested, options)
  const stored = readObject(environment, resource, context.namespace, name)
  if (stored === undefined) throw notFound(resource.named, name)
  const pod = stored.object as Pod
  if (countsAgainstBudgets(pod)) {
    await takeFromBudget(environment, context.namespace, pod, context.dryRun ? undefined : context.cause, context.nowMs)
    await changePod(environment, resource, context, name, (draft) => {
      setPodCondition(
        draft,
        { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
        context.nowMs,
      )
    })
  }
  // Whoever may evict has been asked about the eviction.
  await deleteObject({ ...environment, admission: NOBODY_ASKED }, resource, context, name, options)
  return succeeded(201)
}

/** Pods that have ended, are on their way out or never started disturb nobody. */
function countsAgainstBudgets({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && status?.phase !== 'Pending'
  )
}

/** Takes one disruption from the budget that selects the Pod, if any. `cause` undefined: only checks. Throws 429 when none is left, 500 for several budgets. */
async function takeFromBudget(
  environment: RegistryEnvironment,
  namespace: string,
  pod: Pod,
  cause: string | undefined,
  nowMs: number,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const [stored, other] = budgetsOf(environment, namespace, pod)
    if (other !== undefined)
      throw failure(500, undefined, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
    if (stored === undefined) return
    const budget = stored.object as PodDisruptionBudget
    const { status } = budget
    if (!isReady(pod) && isSparedWhenUnready(budget)) return
    if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw tooManyRequests(VIOLATES, 10)
    if ((status?.disruptionsAllowed ?? 0) <= 0) throw refusal(budget)
    if (cause === undefined || (await decrement(environment, stored, budget, pod, cause, nowMs))) return
  }
  throw tooManyRequests(VIOLATES, 10)
}

function budgetsOf(environment: RegistryEnvironment, namespace: string, pod: Pod): StoredObject[] {
  return environment.storage.list(BUDGETS, true, { namespace }).items.filter(({ object }) => {
    const selector = (object as PodDisruptionBudget).spec?.selector
    // In policy/v1 an empty selector selects every Pod and an absent one none.
    return selector !== undefined && labelSelectorOf(selector).matches(pod.metadata.labels ?? {})
  })
}

/** Answers false when somebody else changed the budget meanwhile. */
async function decrement(
  { storage }: RegistryEnvironment,
  stored: StoredObject,
  budget: PodDisruptionBudget,
  pod: Pod,
  cause: string,
  nowMs: number,
): Promise<boolean> {
  const left = budget.status!.disruptionsAllowed - 1
  const disruptedPods = { ...budget.status!.disruptedPods, [pod.metadata.name!]: formatTime(nowMs) }
  const object = { ...cloneJson(budget), status: { ...budget.status, disruptionsAllowed: left, disruptedPods } } as unknown as Draft
  try {
    await storage.commit(
      [{ ...BUDGETS, namespace: stored.namespace, name: stored.name, operation: 'update', expect: stored.revision, object }],
      { cause },
    )
    return true
  } catch (error) {
    if (error instanceof ExpectationFailed) return false
    throw error
  }
}

const isReady = ({ status }: Pod): boolean => status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false

/** An unready Pod may go when its budget says so, or when the budget has as many healthy Pods as it wants (KEP-3017). */
function isSparedWhenUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  return (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0
}

function refusal({ metadata, status }: PodDisruptionBudget): Error {
  const why = `The disruption budget ${metadata.name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`
  return failure(429, 'TooManyRequests', VIOLATES, { causes: [{ reason: 'DisruptionBudget', message: why }] })
}
