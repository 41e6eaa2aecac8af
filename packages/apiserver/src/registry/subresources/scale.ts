import type { Scale } from '@kubetape/api/types/autoscaling/v1'
import {
  badRequest,
  cloneJson,
  conflict,
  FieldPath,
  internalError,
  invalid,
  invalidObject,
  type KubeObject,
  notFound,
  OBJECT_MODIFIED,
} from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { ApiResult } from '../../request/api-request.ts'
import { admissionAttributes } from '../admit.ts'
import { decodeBody } from '../body.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import { builtinType, type ObjectType } from '../object-type.ts'
import { fetchObject } from '../object-store.ts'
import { applyPatch, checkPatch } from '../patch.ts'
import { ServedResource } from '../served-resource.ts'
import type { Draft, ScaleRule } from '../strategy.ts'
import { replaceAdmitted } from '../update.ts'
import { ownersAsScale, ownersOfParent } from './scale-owners.ts'

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const
const REPLICAS = FieldPath.of('spec').child('replicas')
/** A scaling that is overtaken is tried again this often. */
const TRIES_MAX = 20

let known: ObjectType | undefined
/** Compiled when the first Scale is asked for. */
const scaleType = (): ObjectType => (known ??= builtinType(SCALE))

/** GET, PUT and PATCH of `scale`: a view of how many are wanted and how many there are (API reference, autoscaling/v1 Scale). */
export async function serveScale(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  rule: ScaleRule,
): Promise<ApiResult> {
  const { request } = context
  if (request.verb === 'patch') checkPatch(context)
  for (let attempt = 1; ; attempt++) {
    const found = fetchObject(environment, resource, context.namespace, request.name)
    const stored = found instanceof Promise ? await found : found
    if (stored === undefined) throw notFound(resource.named, request.name)
    if (request.verb === 'get') return answer(scaleOf(stored.object, rule))
    const result = await rescale(environment, resource, context, rule, stored)
    if (result !== undefined) return result
    if (attempt === TRIES_MAX) throw conflict(resource.named, request.name, OBJECT_MODIFIED)
  }
}

const answer = (scale: KubeObject): ApiResult => ({ type: 'object', code: 200, object: scale })

/** An object's Scale. Throws 500 where the object never said how many are wanted and its kind takes that for an error. */
function scaleOf(object: Readonly<KubeObject>, rule: ScaleRule): Scale & KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata!
  const replicas = rule.replicas(object)
  if (replicas === undefined && rule.missing !== undefined) throw internalError(rule.missing)
  const selector = rule.selector(object)
  const scale = {
    kind: SCALE.kind,
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: replicas ?? 0 },
    status: { replicas: rule.statusReplicas(object), ...(selector === '' ? {} : { selector }) },
  } as Scale & KubeObject
  scaleType().schema.complete(scale)
  return scale
}

/** Changes how many are wanted, by way of a Scale that is admitted and checked as such; undefined when somebody was faster. */
async function rescale(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  rule: ScaleRule,
  stored: StoredObject,
): Promise<ApiResult | undefined> {
  // Where it was never said, an update says it.
  const old = scaleOf(stored.object, { ...rule, replicas: (object) => rule.replicas(object) ?? 0 })
  const isApply = context.request.patchType === 'apply'
  if (isApply) old.metadata.managedFields = ownersAsScale(stored.object, rule)
  const draft = draftOf(resource, context, old)
  checkPlace(resource, context, draft, stored)
  const attributes = admissionAttributes(resource, context, { operation: 'UPDATE', name: context.request.name, draft, old, kind: SCALE })
  const waiting = environment.admission.mutate(attributes)
  if (waiting !== undefined) await waiting
  const replicas = draft.spec?.replicas ?? 0
  if (replicas < 0) throw invalidObject(SCALE, context.request.name, [invalid(REPLICAS, replicas, 'must be greater than or equal to 0')])
  const object = cloneJson(stored.object) as Draft
  rule.setReplicas(object, replicas)
  if (isApply) object.metadata!.managedFields = ownersOfParent(stored.object, draft.metadata.managedFields ?? [], resource.apiVersion, rule)
  const result = await replaceAdmitted(environment, resource, context, object, stored, attributes)
  if (result === undefined) return undefined
  if (result.type !== 'stored' && result.type !== 'object') return result
  return answer(scaleOf(result.type === 'stored' ? result.stored.object : result.object, rule))
}

/** The Scale that the request asks for. */
function draftOf(resource: ServedResource, context: RequestContext, old: Readonly<Scale & KubeObject>): Scale & KubeObject {
  const asScale = new ServedResource({ ...resource.info, ...SCALE, subresources: [] }, { strategy: {}, type: scaleType, columns: [] })
  const draft = context.request.verb === 'update' ? decodeBody(asScale, context, context.request.body) : applyPatch(asScale, context, old)
  return draft as Scale & KubeObject
}

/** The Scale is of the object that the path names, and of the version that it says. */
function checkPlace(resource: ServedResource, { request }: RequestContext, draft: Scale & KubeObject, stored: StoredObject): void {
  const { name, namespace, uid, resourceVersion } = (draft.metadata ??= {})
  if (name && name !== request.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`)
  if (namespace && namespace !== request.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const known = stored.object.metadata!.uid
  if (uid && uid !== known)
    throw conflict(resource.named, request.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${known}`)
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== String(stored.revision))
    throw conflict(resource.named, request.name, OBJECT_MODIFIED)
}
