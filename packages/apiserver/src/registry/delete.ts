import { cloneJson, conflict, deepEqual, formatTime, type KubeObject, notFound, type Status } from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { ApiResult } from '../request/api-request.ts'
import { admissionAttributes } from './admit.ts'
import { accompanied, type AccompanyingWrites } from './companions.ts'
import { type DeletionOptions, deletionOptions } from './deletion-options.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { commitChange, fetchObject } from './object-store.ts'
import { type DefaultPropagation, setPropagationFinalizers } from './propagation-finalizers.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** DELETE of one object. */
export async function deleteFromRequest(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
): Promise<ApiResult> {
  const options = deletionOptions(context)
  return deleteObject(environment, resource, dryOf(context, options), context.request.name, options)
}

/** The options of a DELETE may ask for a dry run too. */
export function dryOf(context: RequestContext, { dryRun }: DeletionOptions): RequestContext {
  return (dryRun?.length ?? 0) > 0 ? withMembers(context, { dryRun: true }) : context
}

/** The context with other members; its cause stays the one that is drawn when first needed. */
export function withMembers(context: RequestContext, members: Partial<RequestContext>): RequestContext {
  return Object.create(context, Object.getOwnPropertyDescriptors(members)) as RequestContext
}

/** Deletes, however often others change the object meanwhile. Throws 404, 409 for a failed precondition, and what admission refuses. */
export async function deleteObject(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  name: string,
  options: DeletionOptions,
): Promise<ApiResult> {
  let marked: KubeObject | undefined
  for (;;) {
    const found = fetchObject(environment, resource, context.namespace, name)
    const stored = found instanceof Promise ? await found : found
    if (stored === undefined) {
      // Its grace was over and somebody else finished the deletion first: that is what was asked for.
      if (marked !== undefined) return answerOf(resource, marked)
      throw notFound(resource.named, name)
    }
    // Asked for even where a precondition fails: it may warn.
    const says = options.propagationPolicy !== undefined || options.orphanDependents !== undefined
    const standard = says ? 'background' : (resource.strategy.defaultPropagation?.(context) ?? 'background')
    if (marked === undefined) checkPreconditions(resource, name, stored, options)
    const step = await deleteStep(environment, resource, context, stored, options, standard)
    if (step === undefined) continue
    if ('type' in step) return step
    marked = step.marked
  }
}

/**
 * One step of a deletion: an answer; or `marked`, after an object whose kind knows grace was marked with none left, which the next step removes; or
 * undefined when somebody was faster.
 */
async function deleteStep(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  stored: StoredObject,
  options: DeletionOptions,
  standard: DefaultPropagation,
): Promise<ApiResult | { marked: KubeObject } | undefined> {
  const old = stored.object
  resource.strategy.checkDelete?.(old, context)
  // As upstream has it, who deletes a collection asks for no name.
  const name = context.request.verb === 'deletecollection' ? '' : stored.name
  const attributes = admissionAttributes(resource, context, { operation: 'DELETE', name, old })
  for (const half of ['mutate', 'validate'] as const) {
    const waiting = environment.admission[half](attributes)
    if (waiting !== undefined) await waiting
  }
  const code = accepted(options) ? 202 : 200
  const draft = cloneJson(old) as Draft
  const grace = graceOf(resource, context, draft, options)
  if (grace === 'pending') return { type: 'stored', code, stored }
  setPropagationFinalizers(draft, options, standard)
  const held = (draft.metadata!.finalizers?.length ?? 0) > 0 || (resource.strategy.holdsDeletion?.(draft) ?? false)
  if (held || grace !== undefined) {
    markDeleted(resource, context, draft, grace ?? 0)
    const waits = held || grace! > 0
    if (waits && deepEqual(draft, old)) return { type: 'stored', code, stored }
    if (context.dryRun) return { type: 'object', code: 200, object: draft }
    const updated = await commit(environment, resource, context, 'update', draft, stored)
    return updated === undefined ? undefined : waits ? { type: 'stored', code, stored: updated } : { marked: updated.object }
  }
  if (context.dryRun) return answerOf(resource, old)
  const change = { operation: 'delete', draft: undefined, old } as const
  const deleted = await accompanied(environment, resource, context, change, (writes) =>
    commit(environment, resource, context, 'delete', cloneJson(old), stored, writes),
  )
  return deleted === undefined ? undefined : answerOf(resource, deleted.object)
}

function commit(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  operation: 'update' | 'delete',
  object: KubeObject,
  over: StoredObject,
  writes?: AccompanyingWrites,
): Promise<StoredObject | undefined> {
  return commitChange(environment, resource, {
    operation,
    namespace: over.namespace,
    name: over.name,
    expect: over.revision,
    object,
    cause: context.cause,
    with: writes,
  })
}

/** FACTS: 202 is answered only to orphanDependents=false on an object that something holds. */
const accepted = (options: DeletionOptions): boolean => options.orphanDependents === false

/**
 * The seconds that the object still gets; undefined where it gets none (its kind knows no graceful deletion, or its grace is over); 'pending' when it
 * is on its way out already and the request would not shorten that.
 */
function graceOf(
  resource: ServedResource,
  context: RequestContext,
  draft: Readonly<Draft>,
  options: DeletionOptions,
): number | undefined | 'pending' {
  const requested = options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds
  const { deletionTimestamp, deletionGracePeriodSeconds: before = 0 } = draft.metadata!
  if (deletionTimestamp === undefined) return resource.strategy.gracePeriod?.(draft, requested, context)
  if (before === 0) return undefined
  return requested !== undefined && requested < before ? requested : 'pending'
}

/** Sets deletionTimestamp and grace period; of an object that has them, shortens the period. */
function markDeleted(resource: ServedResource, context: RequestContext, draft: Draft, grace: number): void {
  const metadata = draft.metadata!
  if (metadata.deletionTimestamp !== undefined) {
    const before = metadata.deletionGracePeriodSeconds ?? 0
    if (grace >= before) return
    metadata.deletionGracePeriodSeconds = grace
    metadata.deletionTimestamp = formatTime(Date.parse(metadata.deletionTimestamp) + (grace - before) * 1000)
    return
  }
  metadata.deletionTimestamp = formatTime(context.nowMs + grace * 1000)
  metadata.deletionGracePeriodSeconds = grace
  if (metadata.generation !== undefined && metadata.generation > 0) metadata.generation++
  resource.strategy.prepareForDelete?.(draft, context)
}

function checkPreconditions(resource: ServedResource, name: string, stored: StoredObject, { preconditions }: DeletionOptions): void {
  const { uid } = stored.object.metadata!
  // Upstream names the kind here where it names the resource elsewhere.
  const kind = { group: resource.named.group, resource: resource.named.kind }
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    )
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== String(stored.revision)) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${stored.revision}). The object might have been modified`,
    )
  }
}

/** Kinds that answer a completed deletion with their last state; the others answer a Status. */
function answerOf(resource: ServedResource, object: KubeObject): ApiResult {
  if (resource.strategy.returnsDeleted) return { type: 'object', code: 200, object }
  const { group, resource: kind } = resource.named
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: object.metadata!.name!, ...(group ? { group } : {}), kind, uid: object.metadata!.uid! },
  }
  return { type: 'status', code: 200, status }
}
