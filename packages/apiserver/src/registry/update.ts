import {
  badRequest,
  conflict,
  deepEqual,
  failure,
  FieldPath,
  invalid,
  invalidObject,
  type KubeObject,
  notFound,
  OBJECT_MODIFIED,
  validateObjectMetaUpdate,
} from '@kubetape/apimachinery'
import { ExpectationFailed } from '@kubetape/eventlog'
import type { StoredObject } from '@kubetape/storage'
import type { ApiResult } from '../request/api-request.ts'
import { decodeBody } from './body.ts'
import { createObject, placeInNamespace } from './create.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { trackManagedFields } from './managed-fields.ts'
import { applyPatch } from './patch.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** How often a write without resourceVersion is tried again when others are faster (upstream retries patches five times, other updates for ever). */
const TRIES_MAX = 100

/** PUT and PATCH of an object or of one of its subresources. */
export async function updateFromRequest(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext): Promise<ApiResult> {
  const { request } = context
  const fromBody = request.verb === 'update' ? decodeBody(resource, context, request.body) : undefined
  for (let attempt = 1; ; attempt++) {
    const stored = environment.storage.get(resource.stored, context.namespace, request.name)
    if (stored === undefined) {
      if (fromBody === undefined || request.subresource !== '' || !resource.strategy.createOnUpdate) throw notFound(resource.info, request.name)
      checkName(context, fromBody)
      return createObject(environment, resource, context, fromBody)
    }
    const draft = fromBody === undefined ? applyPatch(resource, context, stored.object) : attempt === 1 ? fromBody : decodeBody(resource, context, request.body)
    const asked = prepareDraft(resource, context, draft, stored)
    const result = await replace(environment, resource, context, draft, stored)
    if (result !== undefined) return result
    if (asked || attempt === TRIES_MAX) throw conflict(resource.info, request.name, OBJECT_MODIFIED)
  }
}

/** Checks name, namespace, uid and resourceVersion of a draft; answers whether the client insisted on a version. */
function prepareDraft(resource: ServedResource, context: RequestContext, draft: Draft, stored: StoredObject): boolean {
  const metadata = (draft.metadata ??= {})
  checkName(context, draft)
  placeInNamespace(resource, context, draft)
  const old = stored.object.metadata!
  const given = metadata.resourceVersion ?? ''
  const asked = given !== '' && given !== '0'
  if (given !== '' && !/^\d+$/.test(given)) {
    throw failure(500, undefined, `metadata.resourceVersion: Invalid value: ${JSON.stringify(given)}: strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`)
  }
  if (metadata.uid && metadata.uid !== old.uid) {
    throw conflict(resource.info, storageKey(resource, context), `StorageError: invalid object, Code: 4, Key: /registry/${storageKey(resource, context)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.uid}`)
  }
  if (!asked && resource.strategy.unconditionalUpdate === false && context.request.verb === 'update') {
    throw invalidObject(resource.gvk, context.request.name, [invalid(FieldPath.of('metadata').child('resourceVersion'), 0, 'must be specified for an update', '0x0')])
  }
  if (asked && given !== String(stored.revision)) throw conflict(resource.info, context.request.name, OBJECT_MODIFIED)
  metadata.resourceVersion = String(stored.revision)
  return asked
}

function storageKey(resource: ServedResource, context: RequestContext): string {
  return [resource.info.resource, context.namespace, context.request.name].filter(Boolean).join('/')
}

function checkName({ request }: RequestContext, draft: Draft): void {
  const name = draft.metadata?.name
  if (!name) {
    draft.metadata = { ...draft.metadata, name: request.name }
    return
  }
  if (name !== request.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`)
}

/** Admits, validates and stores the draft over `stored`; undefined when somebody was faster. */
async function replace(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext, draft: Draft, stored: StoredObject): Promise<ApiResult | undefined> {
  const { request } = context
  const old = stored.object
  const attributes = { operation: 'UPDATE' as const, resource, subresource: request.subresource, namespace: context.namespace, name: request.name, draft, old, dryRun: context.dryRun, context }
  trackManagedFields(resource, context, old, draft)
  const waiting = environment.admission.mutate(attributes)
  if (waiting !== undefined) await waiting
  keepSystemFields(draft, old)
  prepare(resource, context, draft, old)
  validate(resource, context, draft, old)
  environment.admission.validate(attributes)
  resource.schema.complete(draft)
  countGeneration(resource, draft, old)
  for (const text of warnings(resource, context, draft, old)) context.warn(text)
  if (isFinished(draft, resource)) {
    if (context.dryRun) return { type: 'object', code: 200, object: draft }
    return store(environment, resource, context, 'delete', draft, stored)
  }
  if (deepEqual(draft, old)) return { type: 'stored', code: 200, stored }
  if (context.dryRun) return { type: 'object', code: 200, object: draft }
  return store(environment, resource, context, 'update', draft, stored)
}

/** Commits over exactly `stored`; undefined when it is no longer the newest. */
export async function store(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext, operation: 'update' | 'delete', object: KubeObject, over: StoredObject): Promise<ApiResult | undefined> {
  try {
    const [stored] = await environment.storage.commit([{ ...resource.stored, namespace: over.namespace, name: over.name, operation, expect: over.revision, object }], { cause: context.cause })
    return { type: 'stored', code: 200, stored: stored! }
  } catch (error) {
    if (error instanceof ExpectationFailed) return undefined
    throw error
  }
}

/** Nothing holds a deletion any more: no finalizer, no grace period left to wait for. */
export function isFinished(draft: Draft, resource: ServedResource): boolean {
  const metadata = draft.metadata!
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers?.length ?? 0) > 0) return false
  if (resource.strategy.holdsDeletion?.(draft)) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}

function keepSystemFields(draft: Draft, old: Readonly<KubeObject>): void {
  const metadata = draft.metadata!
  const before = old.metadata!
  metadata.uid ||= before.uid!
  if (!metadata.creationTimestamp) metadata.creationTimestamp = before.creationTimestamp!
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp ??= before.deletionTimestamp
  if (before.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds
  if (before.generateName !== undefined && metadata.generateName === undefined) metadata.generateName = before.generateName
  delete metadata.selfLink
}

function prepare(resource: ServedResource, context: RequestContext, draft: Draft, old: Readonly<KubeObject>): void {
  const { subresource } = context.request
  const before = old.metadata!.generation
  if (before === undefined) delete draft.metadata!.generation
  else draft.metadata!.generation = before
  if (subresource === '') {
    if (resource.hasStatus && resource.strategy.prepareForUpdate === undefined) copyField(draft, old, 'status')
    resource.strategy.prepareForUpdate?.(draft, old, context)
    return
  }
  const strategy = resource.strategy.subresources?.[subresource]
  if (strategy !== undefined) strategy.prepareForUpdate(draft, old, context)
  else if (subresource === 'status') keepAllButStatus(draft, old)
}

/** A status write of a kind without a strategy of its own changes the status and nothing else. */
function keepAllButStatus(draft: Draft, old: Readonly<KubeObject>): void {
  const { status, metadata } = draft
  for (const field of Object.keys(draft)) delete draft[field]
  Object.assign(draft, structuredClone(old))
  if (metadata?.managedFields !== undefined) draft.metadata!.managedFields = metadata.managedFields
  if (status === undefined) delete draft['status']
  else draft['status'] = status
}

function copyField(draft: Draft, old: Readonly<KubeObject>, field: string): void {
  if (old[field] === undefined) delete draft[field]
  else draft[field] = structuredClone(old[field])
}

/** A change of anything but metadata and status makes a new generation (API conventions, "Metadata"). */
function countGeneration(resource: ServedResource, draft: Draft, old: Readonly<KubeObject>): void {
  if (!resource.countsGenerations) return
  const outside = (object: Readonly<KubeObject>): object => ({ ...object, metadata: undefined, status: undefined })
  if (!deepEqual(outside(draft), outside(old))) draft.metadata!.generation = (old.metadata!.generation ?? 0) + 1
}

function validate(resource: ServedResource, context: RequestContext, draft: Draft, old: Readonly<KubeObject>): void {
  const { subresource } = context.request
  const own = subresource === '' ? resource.strategy.validateUpdate?.(draft, old, context) : resource.strategy.subresources?.[subresource]?.validateUpdate?.(draft, old, context)
  const errors = [...validateObjectMetaUpdate(draft.metadata!, old.metadata!), ...(own ?? [])]
  if (errors.length > 0) throw invalidObject(resource.gvk, context.request.name, errors)
}

function warnings(resource: ServedResource, context: RequestContext, draft: Draft, old: Readonly<KubeObject>): string[] {
  const { subresource } = context.request
  return (subresource === '' ? resource.strategy.warnings?.(draft, old, context) : resource.strategy.subresources?.[subresource]?.warnings?.(draft, old, context)) ?? []
}
