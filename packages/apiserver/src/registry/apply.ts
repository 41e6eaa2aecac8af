import {
  badRequest,
  conflict,
  failure,
  formatTime,
  isJsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  parseGroupVersion,
} from '@kubetape/apimachinery'
import { type Application, type Applied, applyConfiguration } from '../managed-fields/apply-configuration.ts'
import { KUBECTL, updateLastApplied } from '../managed-fields/last-applied.ts'
import { ElementError } from '../managed-fields/path-element.ts'
import { resetFieldsOf } from '../managed-fields/reset-fields.ts'
import { joinedErrors, shapeErrors } from '../managed-fields/shape-check.ts'
import { DecodeError } from '../schema/decode-context.ts'
import { validationMode } from './body.ts'
import { converterWords } from './converter-words.ts'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/**
 * The object that a server-side apply makes of the stored one, or a new one, decoded and defaulted; its managedFields are set. Throws 409 for
 * conflicts, 400 for what is no object of the kind, 500 for what does not fit its schema (upstream's code).
 */
export function applyDraft(resource: ServedResource, context: RequestContext, old: Readonly<KubeObject> | undefined): Draft {
  const { options, body = {} } = context.request
  if (!isJsonObject(body))
    throw badRequest(`error decoding YAML: json: cannot unmarshal ${jsonKind(body)} into Go value of type map[string]interface {}`)
  const applied = body as KubeObject
  checkKind(resource, applied)
  if (Array.isArray(applied.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil')
  const errors = shapeErrors(resource.type.tracker.shape, applied)
  if (errors.length > 0)
    throw failure(500, undefined, `failed to create typed patch object (${named(resource, applied)}): ${joinedErrors(errors)}`)
  const manager = options.fieldManager!
  const { object, entries } = merged(resource, old, {
    tracker: resource.type.tracker,
    forms: resource.forms,
    live: old,
    applied,
    manager,
    apiVersion: resource.apiVersion,
    time: formatTime(context.nowMs),
    subresource: context.subresource,
    reset: resetFieldsOf(resource.info, context.subresource, resource.custom),
    force: options.force === true,
  })
  const draft = decoded(resource, context, object, applied)
  setManagedFields(draft, entries)
  if (manager === KUBECTL) updateLastApplied(draft, applied)
  tellRepeatedKeys(context)
  if (old === undefined) checkNew(resource, context, draft)
  return draft
}

/** The merge. Throws 500 for a live object in which some item of a list cannot be told from others. */
function merged(resource: ServedResource, old: Readonly<KubeObject> | undefined, application: Application): Applied {
  try {
    return applyConfiguration(application)
  } catch (error) {
    if (!(error instanceof ElementError)) throw error
    throw failure(500, undefined, `failed to create typed live object (${named(resource, old ?? {})}): ${error.message}`)
  }
}

function checkKind({ gvk }: ServedResource, { apiVersion, kind }: KubeObject): void {
  const said = { ...versionOf(apiVersion), kind: typeof kind === 'string' ? kind : '' }
  if (said.group === gvk.group && said.version === gvk.version && said.kind === gvk.kind) return
  throw badRequest(`invalid object type: ${said.group}/${said.version}, Kind=${said.kind}`)
}

function versionOf(apiVersion: unknown): { group: string; version: string } {
  const none = { group: '', version: '' }
  if (typeof apiVersion !== 'string' || apiVersion === '') return none
  try {
    return parseGroupVersion(apiVersion)
  } catch {
    return none
  }
}

const named = ({ gvk, apiVersion }: ServedResource, { metadata }: KubeObject): string =>
  `${text(metadata?.namespace)}/${text(metadata?.name)}; ${gvk.group === '' ? '/' : ''}${apiVersion}, Kind=${gvk.kind}`

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The merged object has every field of the live one in its final form, so decoding only concerns what was applied. */
function decoded(resource: ServedResource, context: RequestContext, object: KubeObject, applied: KubeObject): Draft {
  try {
    const { schema } = resource.type
    const draft = schema.decodeMerged?.(object) ?? schema.decode(object, 'Ignore').object
    draft.metadata ??= {}
    resource.strategy.default?.(draft, context)
    return draft
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw failure(
      500,
      undefined,
      `failed to convert new object (${named(resource, applied)}) to proper version: unable to convert unstructured object to ${resource.apiVersion}, Kind=${resource.gvk.kind}: ${converterWords(error.detail)}`,
    )
  }
}

function setManagedFields(draft: Draft, entries: readonly ManagedFieldsEntry[]): void {
  if (entries.length > 0) draft.metadata!.managedFields = [...entries]
  else delete draft.metadata!.managedFields
}

/** Keys that the body has twice are told, or refused, once all else is well. */
function tellRepeatedKeys(context: RequestContext): void {
  const problems = context.request.bodyProblems ?? []
  const mode = validationMode(context)
  if (problems.length === 0 || mode === 'Ignore') return
  if (mode === 'Strict') {
    const lines = problems.map((problem) => `  ${problem}`).join('\n')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n${lines}`)
  }
  for (const problem of problems) context.warn(problem)
}

/** An object that is not there cannot have a uid, and must say its name. */
function checkNew(resource: ServedResource, { request }: RequestContext, { metadata }: Draft): void {
  if (metadata?.uid) {
    const why = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`
    throw conflict(resource.named, request.name, why)
  }
  if (!metadata?.name) throw badRequest(`the name of the object (${request.name} based on URL) was undeterminable: name must be provided`)
}

function jsonKind(body: unknown): string {
  if (Array.isArray(body)) return 'array'
  return typeof body === 'boolean' ? 'bool' : typeof body
}
