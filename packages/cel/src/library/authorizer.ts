import { CelEvaluationError } from '../cel-program.ts'
import { CelPending } from '../runtime/frame.ts'
import { CelOpaque } from '../runtime/values.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'

/** What an expression asks an authorizer. */
export type AuthorizerQuestion =
  | { readonly path: string; readonly verb: string; readonly serviceAccount: ServiceAccountName | undefined }
  | {
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
      readonly fieldSelector: string
      readonly labelSelector: string
      readonly verb: string
      readonly serviceAccount: ServiceAccountName | undefined
    }

export interface ServiceAccountName {
  readonly namespace: string
  readonly name: string
}

export interface AuthorizerAnswer {
  readonly allowed: boolean
  readonly reason: string
  /** What went wrong while deciding. */
  readonly error?: string | undefined
}

/** Answers the questions of one request's expressions: at once, or later (the evaluation is then repeated when the answer is there). */
export type AskAuthorizer = (question: AuthorizerQuestion) => AuthorizerAnswer | Promise<AuthorizerAnswer>

/** The variable `authorizer`. Each question is asked once. */
export class CelAuthorizer extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.Authorizer'
  readonly #ask: AskAuthorizer
  readonly #answers: Map<string, AuthorizerAnswer>
  readonly serviceAccount: ServiceAccountName | undefined

  constructor(ask: AskAuthorizer, serviceAccount?: ServiceAccountName, answers = new Map<string, AuthorizerAnswer>()) {
    super()
    this.#ask = ask
    this.serviceAccount = serviceAccount
    this.#answers = answers
  }

  as(serviceAccount: ServiceAccountName): CelAuthorizer {
    return new CelAuthorizer(this.#ask, serviceAccount, this.#answers)
  }

  answer(question: AuthorizerQuestion): AuthorizerAnswer {
    const key = JSON.stringify(question)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = this.#ask(question)
    if (answer instanceof Promise) throw new CelPending(answer.then((one) => void this.#answers.set(key, one)))
    this.#answers.set(key, answer)
    return answer
  }
}

class PathCheck extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.PathCheck'
  readonly authorizer: CelAuthorizer
  readonly path: string

  constructor(authorizer: CelAuthorizer, path: string) {
    super()
    this.authorizer = authorizer
    this.path = path
  }
}

interface Target {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly fieldSelector: string
  readonly labelSelector: string
}

class GroupCheck extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.GroupCheck'
  readonly authorizer: CelAuthorizer
  readonly group: string

  constructor(authorizer: CelAuthorizer, group: string) {
    super()
    this.authorizer = authorizer
    this.group = group
  }
}

/** Of a resource. The variable `authorizer.requestResource` is one. */
export class CelResourceCheck extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.ResourceCheck'
  readonly authorizer: CelAuthorizer
  readonly target: Target

  constructor(authorizer: CelAuthorizer, target: Partial<Target> & Pick<Target, 'group' | 'resource'>) {
    super()
    this.authorizer = authorizer
    this.target = { subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '', ...target }
  }
}

class AuthorizerDecision extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.Decision'
  readonly answer: AuthorizerAnswer

  constructor(answer: AuthorizerAnswer) {
    super()
    this.answer = answer
  }
}

function expect<T extends CelOpaque>(value: unknown, type: abstract new (...args: never[]) => T): T {
  if (!(value instanceof type)) throw noSuchOverload()
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw noSuchOverload()
  return value
}

const TYPE = 'kubernetes.authorization.'
const with_ = (name: string, id: string, field: keyof Target): CelFunction =>
  library(name, { [`resourcecheck_${id}`]: `${TYPE}ResourceCheck.(string): ${TYPE}ResourceCheck` }, ([check, value]) => {
    const { authorizer, target } = expect(check, CelResourceCheck)
    return new CelResourceCheck(authorizer, { ...target, [field]: text(value) })
  })

const read = (name: string, result: string, of: (answer: AuthorizerAnswer) => unknown): CelFunction =>
  library(name, { [`decision_${name}`]: `${TYPE}Decision.(): ${result}` }, ([decision]) => of(expect(decision, AuthorizerDecision).answer))

/** The authorizer library. */
export const authorizers: readonly CelFunction[] = [
  library('path', { authorizer_path: `${TYPE}Authorizer.(string): ${TYPE}PathCheck` }, ([authorizer, path]) => {
    if (text(path) === '') throw new CelEvaluationError('path must not be empty')
    return new PathCheck(expect(authorizer, CelAuthorizer), text(path))
  }),
  library(
    'group',
    { authorizer_group: `${TYPE}Authorizer.(string): ${TYPE}GroupCheck` },
    ([authorizer, group]) => new GroupCheck(expect(authorizer, CelAuthorizer), text(group)),
  ),
  library(
    'serviceAccount',
    { authorizer_serviceaccount: `${TYPE}Authorizer.(string, string): ${TYPE}Authorizer` },
    ([authorizer, namespace, name]) => {
      const account = { namespace: text(namespace), name: text(name) }
      const valid = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
      if (!valid.test(account.name)) throw new CelEvaluationError('Invalid service account name')
      if (!valid.test(account.namespace)) throw new CelEvaluationError('Invalid service account namespace')
      return expect(authorizer, CelAuthorizer).as(account)
    },
  ),
  library('resource', { groupcheck_resource: `${TYPE}GroupCheck.(string): ${TYPE}ResourceCheck` }, ([group, resource]) => {
    const { authorizer, group: name } = expect(group, GroupCheck)
    return new CelResourceCheck(authorizer, { group: name, resource: text(resource) })
  }),
  with_('subresource', 'subresource', 'subresource'),
  with_('namespace', 'namespace', 'namespace'),
  with_('name', 'name', 'name'),
  library(
    'check',
    {
      pathcheck_check: `${TYPE}PathCheck.(string): ${TYPE}Decision`,
      resourcecheck_check: `${TYPE}ResourceCheck.(string): ${TYPE}Decision`,
    },
    ([check, verb]) => {
      if (check instanceof PathCheck) {
        const { authorizer, path } = check
        return new AuthorizerDecision(authorizer.answer({ path, verb: text(verb), serviceAccount: authorizer.serviceAccount }))
      }
      const { authorizer, target } = expect(check, CelResourceCheck)
      return new AuthorizerDecision(authorizer.answer({ ...target, verb: text(verb), serviceAccount: authorizer.serviceAccount }))
    },
  ),
  read('errored', 'bool', ({ error }) => error !== undefined),
  read('error', 'string', ({ error }) => error ?? ''),
  read('allowed', 'bool', ({ allowed }) => allowed),
  read('reason', 'string', ({ reason }) => reason),
]

/** Behind the gate AuthorizeWithSelectors. */
export const authorizerSelectors: readonly CelFunction[] = [
  with_('fieldSelector', 'fieldselector', 'fieldSelector'),
  with_('labelSelector', 'labelselector', 'labelSelector'),
]
