import { failure, forbiddenError, formatGroupResource } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'

/** One requirement of a label or field selector, as authorizers see it (KEP-4601). */
export interface SelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

/** Somebody wants to do something to a resource. */
export interface ResourceAttributes {
  readonly user: UserInfo
  readonly verb: string
  readonly isResource: true
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty: at the cluster scope. */
  readonly namespace: string
  /** Empty: any. */
  readonly name: string
  /** What a list, watch or deletecollection is limited to; undefined without the gate AuthorizeWithSelectors, without a selector, or when it cannot be read. */
  readonly fieldSelector?: readonly SelectorRequirement[]
  readonly labelSelector?: readonly SelectorRequirement[]
}

/** Somebody wants to do something to a path that is no resource. */
export interface PathAttributes {
  readonly user: UserInfo
  readonly verb: string
  readonly isResource: false
  readonly path: string
}

/** What somebody wants to do (upstream's authorizer.Attributes). */
export type AccessAttributes = ResourceAttributes | PathAttributes

/** What an authorizer says. `no-opinion` of all authorizers together is a refusal. */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'no-opinion'
  /** Why; empty where there is nothing to say. */
  readonly reason: string
  /** What went wrong while deciding (a role that a binding names is missing); it does not change the verdict. */
  readonly error?: string
}

/** What somebody may do in one namespace and in the cluster, as far as it can be enumerated (API reference, SubjectRulesReviewStatus). */
export interface RightsList {
  readonly resourceRules: readonly {
    readonly verbs: readonly string[]
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly resourceNames: readonly string[]
  }[]
  readonly nonResourceRules: readonly { readonly verbs: readonly string[]; readonly nonResourceURLs: readonly string[] }[]
  /** There are rights that cannot be enumerated. */
  readonly incomplete: boolean
  /** What went wrong meanwhile. */
  readonly error?: string
}

/** Decides who may do what. Answers at once unless it has to ask somebody else. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): Decision | Promise<Decision>
  /** All that a user may do; absent where an authorizer cannot say anything of that. */
  rightsOf?(user: UserInfo, namespace: string): RightsList
}

export const NO_RIGHTS: RightsList = Object.freeze({ resourceRules: [], nonResourceRules: [], incomplete: false })

export const NO_OPINION: Decision = Object.freeze({ verdict: 'no-opinion', reason: '' })

/** Asks one after the other; the first opinion counts. Where nobody has one, all reasons and errors are told. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  const ask = (attributes: AccessAttributes, from: number, said: readonly Decision[]): Decision | Promise<Decision> => {
    let heard = said
    for (let at = from; at < authorizers.length; at++) {
      const answer = authorizers[at]!.authorize(attributes)
      if (answer instanceof Promise) {
        const before = heard
        return answer.then((decision) =>
          decision.verdict === 'no-opinion' ? ask(attributes, at + 1, [...before, decision]) : joined([...before, decision]),
        )
      }
      heard = [...heard, answer]
      if (answer.verdict !== 'no-opinion') return joined(heard)
    }
    return joined(heard)
  }
  return { authorize: (attributes) => ask(attributes, 0, []), rightsOf: (user, namespace) => allRights(authorizers, user, namespace) }
}

function allRights(authorizers: readonly Authorizer[], user: UserInfo, namespace: string): RightsList {
  const lists = authorizers.map((one) => one.rightsOf?.(user, namespace) ?? NO_RIGHTS)
  const errors = texts(lists.map((one) => one.error ?? ''))
  return {
    resourceRules: lists.flatMap((one) => one.resourceRules),
    nonResourceRules: lists.flatMap((one) => one.nonResourceRules),
    incomplete: lists.some((one) => one.incomplete),
    ...(errors.length === 0 ? {} : { error: joinErrors(errors) }),
  }
}

/** Errors as Go's aggregate prints them: one alone, several in brackets, equal ones once. */
export function joinErrors(errors: readonly string[]): string {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`
}

/** An opinion stands for itself; without any, all that was said is told. */
function joined(said: readonly Decision[]): Decision {
  const last = said.at(-1)
  if (last !== undefined && last.verdict !== 'no-opinion') return last
  const errors = texts(said.map((one) => one.error ?? ''))
  const reason = texts(said.map((one) => one.reason)).join('\n')
  return { verdict: 'no-opinion', reason, ...(errors.length === 0 ? {} : { error: joinErrors(errors) }) }
}

const texts = (all: readonly string[]): string[] => all.filter((text) => text !== '')

/** Who may do everything, whatever authorizers there are. */
export const MASTERS = 'system:masters'

/** Members of system:masters may do everything. */
export const superusers: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(MASTERS) ? { verdict: 'allow', reason: '' } : NO_OPINION),
}

/** It could not be told whether a request may be served: upstream answers 500 in plain text, with this message. */
export class CannotJudge extends Error {
  readonly code = 'CANNOT_JUDGE' as const

  constructor(message: string) {
    super(message)
    this.name = 'CannotJudge'
  }
}

/** The refusal with upstream's words: 403. */
export function refusalOf(attributes: AccessAttributes, { reason }: Decision): Error {
  const user = JSON.stringify(attributes.user.name)
  const why = reason === '' ? '' : `: ${reason}`
  if (!attributes.isResource) {
    const { path, verb } = attributes
    return failure(403, 'Forbidden', `forbidden: User ${user} cannot ${verb} path ${JSON.stringify(path)}${why}`, {})
  }
  const { verb, group, resource, subresource, namespace, name } = attributes
  const full = JSON.stringify(subresource ? `${resource}/${subresource}` : resource)
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope'
  const cannot = `User ${user} cannot ${verb} resource ${full} in API group ${JSON.stringify(group)} ${where}${why}`
  if (name !== '') return forbiddenError({ group, resource }, name, cannot)
  return failure(403, 'Forbidden', `${formatGroupResource({ group, resource })} is forbidden: ${cannot}`, {
    ...(group ? { group } : {}),
    kind: resource,
  })
}
