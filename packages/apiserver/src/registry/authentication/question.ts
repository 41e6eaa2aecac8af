import type { ResourceInfo } from '@kubetape/api'
import { type FieldError, formatTime, invalidObject } from '@kubetape/apimachinery'
import { admissionAttributes } from '../admit.ts'
import { decodeBody } from '../body.ts'
import { placeInNamespace } from '../object-place.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import { trackManagedFields } from '../managed-fields.ts'
import { ServedResource } from '../served-resource.ts'
import { builtinType } from '../object-type.ts'
import type { Draft } from '../strategy.ts'

/** A kind that is only ever sent and answered: a question, not an object. `named` is what refusals and authorizers call it. */
export function questionResource(kind: Pick<ResourceInfo, 'group' | 'version' | 'kind' | 'resource' | 'namespaced'>): ServedResource {
  const info: ResourceInfo = { ...kind, singular: '', verbs: ['create'], subresources: [], inDefaultProfile: true }
  return new ServedResource(info, { strategy: {}, type: () => builtinType(info), columns: [] })
}

/** Reads the question of a create request, and has mutating plugins see it. Throws 400 for what is no such kind. */
export async function readQuestion(
  environment: RegistryEnvironment,
  resource: ServedResource,
  asked: ServedResource,
  context: RequestContext,
): Promise<Draft> {
  const draft = decodeBody(asked, context, context.request.body)
  draft.metadata ??= {}
  if (asked.info.namespaced) placeInNamespace(asked, context, draft)
  trackManagedFields(asked, context, undefined, draft)
  const waiting = environment.admission.mutate(attributesOf(resource, asked, context, draft))
  if (waiting !== undefined) await waiting
  return draft
}

/** Has validating plugins see the question before it is answered. */
export async function judgeQuestion(
  environment: RegistryEnvironment,
  resource: ServedResource,
  asked: ServedResource,
  context: RequestContext,
  draft: Draft,
): Promise<void> {
  const waiting = environment.admission.validate(attributesOf(resource, asked, context, draft))
  if (waiting !== undefined) await waiting
}

const attributesOf = (
  resource: ServedResource,
  asked: ServedResource,
  context: RequestContext,
  draft: Draft,
): ReturnType<typeof admissionAttributes> =>
  admissionAttributes(resource, context, {
    operation: 'CREATE',
    name: context.request.name || (draft.metadata?.name ?? ''),
    draft,
    kind: asked.gvk,
  })

/** The moment of an answer, as its creationTimestamp says it. */
export function stampQuestion(draft: Draft, { nowMs }: RequestContext): void {
  draft.metadata!.creationTimestamp = formatTime(nowMs)
}

/** Throws 422 when there are errors. */
export function refuseQuestion(asked: ServedResource, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: asked.info.group, kind: asked.info.kind }, name, [...errors])
}
