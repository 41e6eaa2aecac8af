import type { SubjectAccessReview, SubjectAccessReviewSpec } from '@kubetape/api/types/authorization/v1'
import { badRequest, type FieldError, invalidObject, type KubeObject } from '@kubetape/apimachinery'
import { joinErrors, NO_RIGHTS } from '../../auth/authorizer.ts'
import { admissionAttributes } from '../admit.ts'
import { decodeBody } from '../body.ts'
import { placeInNamespace } from '../object-place.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import { trackManagedFields } from '../managed-fields.ts'
import type { SubresourceHandler } from '../registry.ts'
import type { ServedResource } from '../served-resource.ts'
import type { Draft, UserInfo } from '../strategy.ts'
import { questionOf, userOf } from './review-spec.ts'
import { validateLocalSubjectAccessReview, validateSelfSubjectAccessReview, validateSubjectAccessReview } from './review-validation.ts'

const GROUP = 'authorization.k8s.io'

/** Decodes and admits a review. It is a question: nothing is stored. */
async function received(environment: RegistryEnvironment, resource: ServedResource, context: RequestContext): Promise<Draft> {
  const draft = decodeBody(resource, context, context.request.body)
  draft.metadata ??= {}
  if (resource.info.namespaced) placeInNamespace(resource, context, draft)
  trackManagedFields(resource, context, undefined, draft)
  const attributes = admissionAttributes(resource, context, { operation: 'CREATE', name: draft.metadata.name ?? '', draft })
  await environment.admission.mutate(attributes)
  return draft
}

/** Answers whether somebody may do something. `whom` says about whom a review of this kind asks. */
function accessReview(
  validate: (spec: SubjectAccessReviewSpec, review: KubeObject) => FieldError[],
  whom: (spec: SubjectAccessReviewSpec, context: RequestContext) => UserInfo,
): SubresourceHandler {
  return async (environment, resource, context) => {
    const draft = await received(environment, resource, context)
    const spec = ((draft as SubjectAccessReview).spec ??= {})
    if (!environment.gates.enabled('AuthorizeWithSelectors') && spec.resourceAttributes) {
      delete spec.resourceAttributes.fieldSelector
      delete spec.resourceAttributes.labelSelector
    }
    const errors = validate(spec, draft)
    // Upstream names neither the kind nor a name here.
    if (errors.length > 0) throw invalidObject({ group: GROUP, kind: '' }, '', errors)
    const judged = environment.admission.validate(admissionAttributes(resource, context, { operation: 'CREATE', name: '', draft }))
    if (judged !== undefined) await judged
    const { attributes, problems } = questionOf(spec, whom(spec, context))
    const { verdict, reason, error } = await environment.authorizer.authorize(attributes)
    const trouble = [...(error === undefined ? [] : [error]), ...problems]
    draft['status'] = {
      allowed: verdict === 'allow',
      ...(verdict === 'deny' ? { denied: true } : {}),
      ...(reason === '' ? {} : { reason }),
      ...(trouble.length === 0 ? {} : { evaluationError: joinErrors(trouble) }),
    }
    resource.type.schema.complete(draft)
    return { type: 'object', code: 201, object: draft }
  }
}

/** Whether somebody may do something (API reference, authorization.k8s.io/v1 SubjectAccessReview). */
export const subjectAccessReview = accessReview(validateSubjectAccessReview, userOf)

/** Whether somebody may do something in one namespace (LocalSubjectAccessReview). */
export const localSubjectAccessReview = accessReview(validateLocalSubjectAccessReview, userOf)

/** Whether the asker may do something (SelfSubjectAccessReview). */
export const selfSubjectAccessReview = accessReview(validateSelfSubjectAccessReview, (_, { user }) => user)

/** All that the asker may do in a namespace, as far as it can be listed (SelfSubjectRulesReview). */
export const selfSubjectRulesReview: SubresourceHandler = async (environment, resource, context) => {
  const draft = await received(environment, resource, context)
  const namespace = (draft['spec'] as { namespace?: string } | undefined)?.namespace ?? ''
  if (namespace === '') throw badRequest('no namespace on request')
  const { authorizer } = environment
  const { error, resourceRules, nonResourceRules, incomplete } = authorizer.rightsOf?.(context.user, namespace) ?? NO_RIGHTS
  const answer: Draft = { kind: resource.gvk.kind, apiVersion: resource.apiVersion, metadata: {}, spec: {}, status: {} }
  resource.type.schema.complete(answer)
  // Lists without rules are empty, not absent: nothing has stored them.
  answer['status'] = {
    resourceRules: resourceRules.map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: [...verbs],
      ...filled({ apiGroups, resources, resourceNames }),
    })),
    nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], ...filled({ nonResourceURLs }) })),
    incomplete,
    ...(error === undefined ? {} : { evaluationError: error }),
  }
  return { type: 'object', code: 201, object: answer }
}

/** The lists that have something in them. */
function filled(lists: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(lists).flatMap(([name, list]) => (list.length === 0 ? [] : [[name, [...list]]])))
}
