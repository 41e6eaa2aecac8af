import { parseFieldSelector, parseLabelSelector } from '@kubetape/apimachinery'
import type { AskAuthorizer, AuthorizerAnswer, AuthorizerQuestion } from '@kubetape/cel'
import type { AccessAttributes, Authorizer, Decision, SelectorRequirement } from '../../auth/authorizer.ts'
import type { UserInfo } from '../../registry/strategy.ts'

/** Answers expressions that ask what the request's user, or a service account, may do. */
export function authorizerQuestions(authorizer: Authorizer, user: UserInfo): AskAuthorizer {
  return (question) => {
    let attributes: AccessAttributes
    try {
      attributes = attributesOf(question, user)
    } catch (error) {
      return { allowed: false, reason: '', error: error instanceof Error ? error.message : String(error) }
    }
    const decision = authorizer.authorize(attributes)
    return decision instanceof Promise ? decision.then(answerOf) : answerOf(decision)
  }
}

function answerOf({ verdict, reason, error }: Decision): AuthorizerAnswer {
  return { allowed: verdict === 'allow', reason, error }
}

function attributesOf(question: AuthorizerQuestion, requester: UserInfo): AccessAttributes {
  const account = question.serviceAccount
  const user: UserInfo =
    account === undefined
      ? requester
      : {
          name: `system:serviceaccount:${account.namespace}:${account.name}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
        }
  if ('path' in question) return { user, verb: question.verb, isResource: false, path: question.path }
  const { group, resource, subresource, namespace, name, verb } = question
  return {
    user,
    verb,
    isResource: true,
    group,
    version: '*',
    resource,
    subresource,
    namespace,
    name,
    ...(question.fieldSelector === '' ? {} : { fieldSelector: fieldRequirements(question.fieldSelector) }),
    ...(question.labelSelector === '' ? {} : { labelSelector: labelRequirements(question.labelSelector) }),
  }
}

function fieldRequirements(text: string): SelectorRequirement[] {
  return parseFieldSelector(text).requirements.map(({ field, operator, value }) => ({
    key: field,
    operator: operator === '!=' ? 'NotIn' : 'In',
    values: [value],
  }))
}

const LABEL_OPERATORS: Readonly<Record<string, SelectorRequirement['operator']>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
}

function labelRequirements(text: string): SelectorRequirement[] {
  return parseLabelSelector(text).requirements.flatMap(({ key, operator, values }) => {
    const known = LABEL_OPERATORS[operator]
    return known === undefined ? [] : [{ key, operator: known, values }]
  })
}
