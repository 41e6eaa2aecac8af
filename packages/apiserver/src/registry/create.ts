import { alreadyExists, failure, invalidObject, type KubeObject, validateObjectMeta, formatTime } from '@kubetape/apimachinery'
import { GENERATED_BASE_MAX } from '@kubetape/determinism'
import type { ApiResult } from '../request/api-request.ts'
import { admissionAttributes } from './admit.ts'
import { decodeBody } from './body.ts'
import { accompanied, type AccompanyingWrites } from './companions.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { trackManagedFields } from './managed-fields.ts'
import { commitChange, isThere } from './object-store.ts'
import { mutateDraft } from './mutate-draft.ts'
import { placeInNamespace } from './object-place.ts'
import { dropRepeatedOwners } from './owner-references.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** A generated name that is taken is drawn anew this often (KEP-4420: RetryGenerateName). */
const GENERATE_NAME_TRIES = 8

/** How often a creation is tried whose name is free, while others are faster with what goes with it. */
const COMPANION_TRIES = 100

/** POST: decodes, admits, completes, validates and stores a new object. */
export async function createFromRequest(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
): Promise<ApiResult> {
  const draft = decodeBody(resource, context, context.request.body)
  return createObject(environment, resource, context, draft)
}

/** Stores `draft`, which is decoded and defaulted; also what a PUT of an object that does not exist may end in. */
export async function createObject(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  draft: Draft,
): Promise<ApiResult> {
  const given = (draft.metadata ??= {})
  placeInNamespace(resource, context, draft)
  if (given.resourceVersion && given.resourceVersion !== '0' && /^\d+$/.test(given.resourceVersion) && !context.dryRun) {
    throw resourceVersionOnCreate()
  }
  delete given.resourceVersion
  dropRepeatedOwners(context, draft)
  const attributes = admissionAttributes(resource, context, { operation: 'CREATE', name: given.name ?? '', draft })
  // Before admission and the strategy: what the server adds belongs to nobody.
  trackManagedFields(resource, context, undefined, draft)
  const waiting = mutateDraft(environment, attributes, draft)
  if (waiting !== undefined) await waiting
  fillSystemFields(draft, context)
  // Admission may have put other metadata in place of what was given.
  const metadata = draft.metadata
  const givenName = metadata.name
  for (let attempt = 1; ; attempt++) {
    if (!givenName && metadata.generateName) metadata.name = metadata.generateName.slice(0, GENERATED_BASE_MAX) + context.newSuffix()
    const change = { operation: 'create', draft, old: undefined } as const
    const made = await accompanied(environment, resource, context, change, async (writes) => {
      // What accompanies a draft gives it back as it was.
      if (attempt === 1 || writes !== undefined) prepare(resource, context, draft)
      validate(resource, context, draft)
      resource.strategy.canonicalize?.(draft)
      const judged = environment.admission.validate({ ...attributes, name: metadata.name ?? '' })
      if (judged !== undefined) await judged
      resource.type.schema.complete(draft)
      return storeNew(environment, resource, context, draft, writes)
    })
    if (made !== undefined) return made
    if (givenName && !isThere(environment, resource, context.namespace, givenName) && attempt < COMPANION_TRIES) continue
    if (givenName || attempt === GENERATE_NAME_TRIES) throw taken(environment, resource, context, metadata.name!)
  }
}

/** Stores a draft that is ready under its name; undefined when the name is taken. */
async function storeNew(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  draft: Draft,
  writes: AccompanyingWrites | undefined,
): Promise<ApiResult | undefined> {
  const name = draft.metadata!.name!
  const { namespace } = context
  // Of a name that is taken the client is warned too.
  for (const text of resource.strategy.warnings?.(draft, undefined, context) ?? []) context.warn(text)
  if (isThere(environment, resource, namespace, name)) return undefined
  if (context.dryRun) return { type: 'object', code: 201, object: draft }
  const stored = await commitChange(environment, resource, {
    operation: 'create',
    namespace,
    name,
    expect: 0,
    object: draft,
    cause: context.cause,
    with: writes,
  })
  return stored === undefined ? undefined : { type: 'stored', code: 201, stored }
}

/** 409: the name is taken; upstream says so when what has it is on its way out. */
function taken(environment: RegistryEnvironment, resource: ServedResource, { namespace }: RequestContext, name: string): Error {
  const error = alreadyExists(resource.named, name)
  const leaving = environment.storage.get(resource.stored, namespace, name)?.object.metadata?.deletionTimestamp !== undefined
  return leaving ? failure(409, 'AlreadyExists', `object is being deleted: ${error.message}`, error.status.details) : error
}

function resourceVersionOnCreate(): Error {
  return failure(500, undefined, 'resourceVersion should not be set on objects to be created')
}

/** What only the server sets (architecture decision 9). */
function fillSystemFields(draft: Draft, context: RequestContext): void {
  const metadata = draft.metadata!
  metadata.uid = context.newUid()
  metadata.creationTimestamp = formatTime(context.nowMs)
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
}

function prepare(resource: ServedResource, context: RequestContext, draft: Draft): void {
  if (resource.countsGenerations) draft.metadata!.generation = 1
  const { strategy, hasStatus } = resource
  // Whoever makes an object says what is wanted; what is the case, only its status endpoint takes.
  if (hasStatus && strategy.prepareForCreate === undefined) delete draft['status']
  strategy.prepareForCreate?.(draft, context)
}

function validate(resource: ServedResource, context: RequestContext, draft: KubeObject): void {
  const errors = [
    ...validateObjectMeta(draft.metadata!, {
      namespaced: resource.info.namespaced,
      nameRule: resource.strategy.nameRule ?? 'subdomain',
      // Those of custom resources are only warned of.
      qualifiedFinalizers: !resource.custom,
    }),
    ...(resource.strategy.validate?.(draft, context) ?? []),
  ]
  // A custom resource that says it is something else is refused under that name.
  const named = resource.custom ? { ...resource.named, kind: draft.kind ?? resource.named.kind } : resource.named
  if (errors.length > 0) throw invalidObject(named, draft.metadata?.name ?? '', errors)
}
