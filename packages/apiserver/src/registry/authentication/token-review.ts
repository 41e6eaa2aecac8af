import { badRequest, internalError, type KubeObject } from '@kubetape/apimachinery'
import type { SubresourceHandler } from '../registry.ts'
import { judgeQuestion, readQuestion } from './question.ts'
import { userInfoAnswer } from './user-info.ts'

interface TokenReview extends KubeObject {
  spec: { token?: string; audiences?: readonly string[] }
  status?: object
}

/** Whose a token is, for whoever was shown it (API reference, TokenReview). Nothing is stored. */
export const reviewToken: SubresourceHandler = async (environment, resource, context) => {
  const draft = (await readQuestion(environment, resource, resource, context)) as TokenReview
  draft.spec ??= {}
  const { token = '', audiences = [] } = draft.spec
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  await judgeQuestion(environment, resource, resource, context, draft)
  const { identities } = environment
  const wanted = audiences.length > 0 ? audiences : identities.apiAudiences
  const verdict = await identities.review(token, wanted)
  if ('error' in verdict) {
    draft.status = { user: {}, error: verdict.error }
  } else {
    // A webhook may know its users for audiences that nobody asked for.
    if (wanted.length > 0 && !(verdict.audiences ?? []).some((one) => wanted.includes(one)))
      throw internalError('Internal error occurred: error validating audience')
    draft.status = { authenticated: true, user: userInfoAnswer(verdict.user), audiences: verdict.audiences }
  }
  const { metadata, spec, status } = draft
  return {
    type: 'object',
    code: 201,
    object: {
      kind: 'TokenReview',
      apiVersion: resource.apiVersion,
      metadata: { ...metadata, creationTimestamp: null },
      spec,
      status,
    },
  }
}
