import {
  cloneJson,
  conflict,
  deepEqual,
  failure,
  FieldPath,
  invalid,
  invalidObject,
  type KubeObject,
  OBJECT_MODIFIED,
} from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { AdmissionAttributes } from '../admission/admission.ts'
import type { ApiResult } from '../request/api-request.ts'
import { admissionAttributes } from './admit.ts'
import { decodeBody } from './body.ts'
import { accompanied, type AccompanyingWrites } from './companions.ts'
import { createInstead } from './create-instead.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { keepTimesOfNoChange, trackManagedFields } from './managed-fields.ts'
import { commitChange, fetchObject } from './object-store.ts'
import { dropRepeatedOwners } from './owner-references.ts'
import { applyPatch, checkPatch } from './patch.ts'
import { mutateDraft } from './mutate-draft.ts'
import { checkPlace } from './object-place.ts'
import { checkUid } from './uid-precondition.ts'
import type { ServedResource } from './served-resource.ts'
import { keepAllButStatus, keepStatus } from './status-draft.ts'
import type { Draft } from './strategy.ts'
import { endpointOf, updateWarnings, validateUpdate } from './update-validation.ts'

/** How often a write without resourceVersion is tried again when others are faster (upstream retries patches five times, other updates for ever). */
const TRIES_MAX = 100

/** PUT and PATCH of an object or of one of its subresources. */
export async function updateFromRequest(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
): Promise<ApiResult> {
  const { request } = context
  if (request.verb === 'patch') checkPatch(context)
  const fromBody = request.verb === 'update' ? decodeBody(resource, context, request.body) : undefined
  if (fromBody !== undefined) checkPlace(resource, context, fromBody)
  for (let attempt = 1; ; attempt++) {
    const found = fetchObject(environment, resource, context.namespace, request.name)
    const stored = found instanceof Promise ? await found : found
    if (fromBody !== undefined) checkUid(resource, context, fromBody, stored?.object)
    if (stored === undefined) {
      const made = await createInstead(environment, resource, context, fromBody)
      if (made !== undefined) return made
      if (attempt === TRIES_MAX) throw conflict(resource.named, request.name, OBJECT_MODIFIED)
      continue
    }
    const draft =
      fromBody === undefined
        ? applyPatch(resource, context, stored.object)
        : attempt === 1
          ? fromBody
          : decodeBody(resource, context, request.body)
    if (fromBody === undefined || attempt > 1) checkPlace(resource, context, draft)
    const asked = checkVersion(resource, context, draft, stored)
    dropRepeatedOwners(context, draft)
    const result = await replace(environment, resource, context, draft, stored)
    if (result !== undefined) return result
    const overtaken = environment.storage.get(resource.stored, context.namespace, request.name)?.revision !== stored.revision
    if ((asked && overtaken) || attempt === TRIES_MAX) throw conflict(resource.named, request.name, OBJECT_MODIFIED)
  }
}

/** Compares resourceVersions; answers whether the client insists on one, so that a write that is overtaken must not be tried again. */
function checkVersion(resource: ServedResource, context: RequestContext, draft: Draft, stored: StoredObject): boolean {
  const metadata = draft.metadata!
  const given = metadata.resourceVersion ?? ''
  const current = String(stored.revision)
  if (given !== '' && !/^\d+$/.test(given)) {
    throw failure(
      500,
      undefined,
      `metadata.resourceVersion: Invalid value: ${JSON.stringify(given)}: strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`,
    )
  }
  const asked = given !== '' && given !== '0'
  if (!asked && resource.strategy.unconditionalUpdate === false && context.request.verb === 'update') {
    // Upstream names the resource here, not the kind.
    throw invalidObject({ group: resource.named.group, kind: resource.named.resource }, context.request.name, [
      invalid(FieldPath.of('metadata').child('resourceVersion'), 0, 'must be specified for an update', '0x0'),
    ])
  }
  if (asked && given !== current) throw conflict(resource.named, context.request.name, OBJECT_MODIFIED)
  metadata.resourceVersion = current
  // A patched object has the version that it was made from: one that the patch itself names fails in the next attempt.
  return asked && context.request.verb === 'update'
}

/** Admits, validates and stores the draft over `stored`; undefined when somebody was faster. */
async function replace(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  draft: Draft,
  stored: StoredObject,
): Promise<ApiResult | undefined> {
  const { request } = context
  const old = stored.object
  const attributes = admissionAttributes(resource, context, { operation: 'UPDATE', name: request.name, draft, old })
  trackManagedFields(resource, context, old, draft)
  const waiting = mutateDraft(environment, attributes, draft)
  if (waiting !== undefined) await waiting
  return storeAdmitted(environment, resource, context, draft, stored, attributes)
}

/** The same for an object that was changed by way of another, which `attributes` tell of and which has passed the first half of admission. */
export async function replaceAdmitted(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  draft: Draft,
  stored: StoredObject,
  attributes: AdmissionAttributes,
): Promise<ApiResult | undefined> {
  trackManagedFields(resource, context, stored.object, draft)
  return storeAdmitted(environment, resource, context, draft, stored, attributes)
}

async function storeAdmitted(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  draft: Draft,
  stored: StoredObject,
  attributes: AdmissionAttributes,
): Promise<ApiResult | undefined> {
  const old = stored.object
  if (context.request.patchType === 'apply') keepTimesOfNoChange(resource, draft, old)
  keepSystemFields(draft, old)
  const change = isFinished(draft, resource)
    ? ({ operation: 'delete', draft: undefined, old } as const)
    : ({ operation: 'update', draft, old } as const)
  return accompanied(environment, resource, context, change, async (writes) => {
    prepare(resource, context, draft, old)
    validateUpdate(resource, context, draft, old)
    if (context.request.subresource === '') resource.strategy.canonicalize?.(draft)
    const judged = environment.admission.validate(attributes)
    if (judged !== undefined) await judged
    resource.type.schema.complete(draft)
    countGeneration(resource, draft, old)
    for (const text of updateWarnings(resource, context, draft, old)) context.warn(text)
    const isDeletion = isFinished(draft, resource)
    if (!isDeletion && deepEqual(draft, old)) return { type: 'stored', code: 200, stored }
    if (context.dryRun) return { type: 'object', code: 200, object: draft }
    if (!isDeletion) return store(environment, resource, context, 'update', draft, stored, writes)
    // Watchers get the last state that was stored, whoever made the change that ended it what they made of it.
    const gone = await store(environment, resource, context, 'delete', cloneJson(old), stored, writes)
    return gone && { type: 'object', code: 200, object: draft }
  })
}

/** Commits over exactly `over`; undefined when it is no longer the newest. */
export async function store(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  operation: 'update' | 'delete',
  object: KubeObject,
  over: StoredObject,
  writes?: AccompanyingWrites,
): Promise<ApiResult | undefined> {
  const stored = await commitChange(environment, resource, {
    operation,
    namespace: over.namespace,
    name: over.name,
    expect: over.revision,
    object,
    cause: context.cause,
    with: writes,
  })
  return stored === undefined ? undefined : { type: 'stored', code: 200, stored }
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
  const endpoint = endpointOf(context)
  const before = old.metadata!.generation
  if (before === undefined) delete draft.metadata!.generation
  else draft.metadata!.generation = before
  if (endpoint === '') {
    if (resource.hasStatus && resource.strategy.prepareForUpdate === undefined) keepStatus(draft, old)
    resource.strategy.prepareForUpdate?.(draft, old, context)
    return
  }
  const strategy = resource.strategy.subresources?.[endpoint]
  if (strategy !== undefined) strategy.prepareForUpdate(draft, old, context)
  else if (endpoint === 'status') keepAllButStatus(resource, draft, old)
}

/** A change of anything but metadata and status makes a new generation (API conventions, "Metadata"); where the status is no endpoint of its own, of that too. */
function countGeneration(resource: ServedResource, draft: Draft, old: Readonly<KubeObject>): void {
  if (!resource.countsGenerations) return
  const without = resource.counts === 'all' ? { metadata: undefined } : { metadata: undefined, status: undefined }
  const outside = (object: Readonly<KubeObject>): object => ({ ...object, ...without })
  const changed = !deepEqual(outside(draft), outside(old)) || (resource.strategy.changesGeneration?.(draft, old) ?? false)
  if (changed) draft.metadata!.generation = (old.metadata!.generation ?? 0) + 1
}
