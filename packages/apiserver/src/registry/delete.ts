import { badRequest, conflict, deepEqual, FieldPath, formatTime, invalid, invalidObject, type KubeObject, notFound, type Status } from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { ApiResult } from '../request/api-request.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { matcher } from './read.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'
import { isFinished, store } from './update.ts'

/** DeleteOptions, from the body or from the query. */
export interface DeletionOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: string
  orphanDependents?: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: string[]
}

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** DELETE of one object. */
export async function deleteFromRequest(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext): Promise<ApiResult> {
  const options = deletionOptions(context)
  return deleteObject(environment, resource, dryOf(context, options), context.request.name, options)
}

/** The body of a DELETE may ask for a dry run too. */
const dryOf = (context: RequestContext, { dryRun }: DeletionOptions): RequestContext => ((dryRun?.length ?? 0) > 0 ? { ...context, cause: context.cause, dryRun: true } : context)

/** DELETE of a collection: each matching object by itself; the answer is the list of what was there. */
export async function deleteCollection(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext): Promise<ApiResult> {
  const options = deletionOptions(context)
  const matches = matcher(resource, context.request)
  const list = environment.storage.list(resource.stored, resource.info.namespaced, { namespace: context.namespace, matches })
  for (const item of list.items) {
    const one = { ...dryOf(context, options), request: { ...context.request, name: item.name, namespace: item.namespace }, namespace: item.namespace, cause: context.cause }
    try {
      await deleteObject(environment, resource, one, item.name, options)
    } catch (error) {
      // Somebody else deleted it first: that is what was asked for.
      if (!(error instanceof Error) || (error as { reason?: string }).reason !== 'NotFound') throw error
    }
  }
  return { type: 'list', code: 200, list }
}

export async function deleteObject(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext, name: string, options: DeletionOptions): Promise<ApiResult> {
  for (;;) {
    const stored = environment.storage.get(resource.stored, context.namespace, name)
    if (stored === undefined) throw notFound(resource.info, name)
    // Asked for even where a precondition fails: it may warn.
    const says = options.propagationPolicy !== undefined || options.orphanDependents !== undefined
    const standard = says ? 'background' : (resource.strategy.defaultPropagation?.(context) ?? 'background')
    checkPreconditions(resource, name, stored, options)
    const result = await deleteOnce(environment, resource, context, stored, options, standard)
    if (result !== undefined) return result
  }
}

async function deleteOnce(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext, stored: StoredObject, options: DeletionOptions, standard: 'background' | 'orphan'): Promise<ApiResult | undefined> {
  const { strategy } = resource
  const old = stored.object
  strategy.checkDelete?.(old, context)
  environment.admission.validate({ operation: 'DELETE', resource, subresource: '', namespace: context.namespace, name: stored.name, draft: undefined, old, dryRun: context.dryRun, context })
  const draft = structuredClone(old) as Draft
  const grace = markDeleted(resource, context, draft, options)
  setPropagationFinalizers(draft, options, standard)
  const held = (draft.metadata!.finalizers?.length ?? 0) > 0 || (strategy.holdsDeletion?.(draft) ?? false) || grace > 0
  if (held && !isFinished(draft, resource)) {
    if (deepEqual(draft, old)) return { type: 'stored', code: accepted(options) ? 202 : 200, stored }
    if (context.dryRun) return { type: 'object', code: 200, object: draft }
    const result = await store(environment, resource, context, 'update', draft, stored)
    return result === undefined || !accepted(options) ? result : { ...result, code: 202 } as ApiResult
  }
  if (context.dryRun) return answerOf(resource, old)
  delete draft.metadata!.deletionTimestamp
  delete draft.metadata!.deletionGracePeriodSeconds
  const last = structuredClone(old) as Draft
  const result = await store(environment, resource, context, 'delete', last, stored)
  return result === undefined ? undefined : answerOf(resource, last)
}

/** FACTS: 202 is answered only to orphanDependents=false on an object that something holds. */
const accepted = (options: DeletionOptions): boolean => options.orphanDependents === false

/** Sets deletionTimestamp and grace period unless they are set; a shorter grace period shortens. Answers the seconds still to wait. */
function markDeleted(resource: ServedResource, context: RequestContext, draft: Draft, options: DeletionOptions): number {
  const metadata = draft.metadata!
  let requested = options.gracePeriodSeconds
  if (requested !== undefined && requested < 0) requested = 1
  const grace = resource.strategy.gracePeriod?.(draft, requested, context)
  if (metadata.deletionTimestamp !== undefined) {
    const before = metadata.deletionGracePeriodSeconds ?? 0
    if (grace === undefined || requested === undefined || requested >= before) return before
    metadata.deletionGracePeriodSeconds = requested
    metadata.deletionTimestamp = formatTime(Date.parse(metadata.deletionTimestamp) + (requested - before) * 1000)
    return requested
  }
  metadata.deletionTimestamp = formatTime(context.nowMs + (grace ?? 0) * 1000)
  metadata.deletionGracePeriodSeconds = grace ?? 0
  if (metadata.generation !== undefined && metadata.generation > 0) metadata.generation++
  resource.strategy.prepareForDelete?.(draft, context)
  return grace ?? 0
}

/** What garbage collection must do first is a finalizer until it is done (KEP: garbage collection, foreground and orphan). */
function setPropagationFinalizers(draft: Draft, options: DeletionOptions, standard: 'background' | 'orphan'): void {
  const metadata = draft.metadata!
  const before = metadata.finalizers ?? []
  const policy = options.propagationPolicy
  const orphan = policy !== undefined ? policy === 'Orphan' : options.orphanDependents !== undefined ? options.orphanDependents : before.includes(ORPHAN) || (!before.includes(FOREGROUND) && standard === 'orphan')
  const foreground = policy !== undefined ? policy === 'Foreground' : options.orphanDependents === undefined && before.includes(FOREGROUND)
  const finalizers = before.filter((one) => one !== ORPHAN && one !== FOREGROUND)
  if (orphan) finalizers.push(ORPHAN)
  if (foreground) finalizers.push(FOREGROUND)
  // Asking again for what is already asked for leaves the order as it is.
  if (finalizers.length === before.length && finalizers.every((one) => before.includes(one))) return
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
}

function checkPreconditions(resource: ServedResource, name: string, stored: StoredObject, { preconditions }: DeletionOptions): void {
  const { uid } = stored.object.metadata!
  // Upstream names the kind here where it names the resource elsewhere.
  const kind = { group: resource.info.group, resource: resource.info.kind }
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(kind, name, `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`)
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== String(stored.revision)) {
    throw conflict(kind, name, `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${stored.revision}). The object might have been modified`)
  }
}

/** Kinds that answer a completed deletion with their last state; the others answer a Status. */
function answerOf(resource: ServedResource, object: KubeObject): ApiResult {
  if (resource.strategy.returnsDeleted) return { type: 'object', code: 200, object }
  const { info } = resource
  const status: Status = {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
    details: { name: object.metadata!.name!, ...(info.group ? { group: info.group } : {}), kind: info.resource, uid: object.metadata!.uid! },
  }
  return { type: 'status', code: 200, status }
}

/** DeleteOptions from the body, or else from the query; checked as upstream checks them. */
export function deletionOptions({ request }: RequestContext): DeletionOptions {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun } = request.options
  const query: DeletionOptions = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(dryRun === undefined ? {} : { dryRun: [...dryRun] }),
  }
  const options = request.body === undefined || request.body === null ? query : (request.body as DeletionOptions)
  const errors = []
  const path = FieldPath.of('propagationPolicy')
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    errors.push(invalid(path, options.propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'))
  }
  if (options.propagationPolicy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(options.propagationPolicy)) {
    errors.push({ type: 'FieldValueNotSupported' as const, field: 'propagationPolicy', message: `Unsupported value: ${JSON.stringify(options.propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"` })
  }
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors)
  if (options.gracePeriodSeconds !== undefined && !Number.isInteger(options.gracePeriodSeconds)) throw badRequest(`Cannot read gracePeriodSeconds "${String(options.gracePeriodSeconds)}": it is no whole number`)
  return options
}
