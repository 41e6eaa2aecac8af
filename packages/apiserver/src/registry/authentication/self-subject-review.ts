import { formatTime } from '@kubetape/apimachinery'
import type { SubresourceHandler } from '../registry.ts'
import { judgeQuestion, readQuestion } from './question.ts'
import { userInfoAnswer } from './user-info.ts'

/** Who asks, as the server sees it (KEP-3325): `kubectl auth whoami`. Nothing is stored. */
export const reviewSelf: SubresourceHandler = async (environment, resource, context) => {
  const draft = await readQuestion(environment, resource, resource, context)
  await judgeQuestion(environment, resource, resource, context, draft)
  return {
    type: 'object',
    code: 201,
    object: {
      kind: 'SelfSubjectReview',
      apiVersion: resource.apiVersion,
      metadata: { creationTimestamp: formatTime(context.nowMs) },
      status: { userInfo: userInfoAnswer(context.user) },
    },
  }
}
