import type { CelProgram } from '@kubetape/cel'
import type { UserInfo } from '../../registry/strategy.ts'
import { AuthenticationError } from '../authenticator.ts'
import type { ClaimOrExpression, JwtConfig } from './jwt-config.ts'
import { compileUserExpression, evaluate } from './user-expressions.ts'

type Claims = Readonly<Record<string, unknown>>

/** Makes users of claims as one issuer's configuration says. Expressions are compiled once. Throws a CelCompileError for one that does not compile. */
export class ClaimsToUser {
  readonly #config: JwtConfig
  readonly #programs = new Map<string, CelProgram>()

  constructor(config: JwtConfig) {
    this.#config = config
    const { username, groups, uid, extra = [] } = config.claimMappings
    const ofClaims = [username, groups, uid, ...(config.claimValidationRules ?? [])].map((one) => one?.expression)
    for (const expression of [...ofClaims, ...extra.map((one) => one.valueExpression)])
      if (expression) this.#programs.set(expression, compileUserExpression(expression, 'claims'))
    for (const { expression } of config.userValidationRules ?? [])
      this.#programs.set(`user:${expression}`, compileUserExpression(expression, 'user'))
  }

  /** The user of claims whose signature, issuer, audience and time are good. Throws an AuthenticationError with upstream's words. */
  user(claims: Claims): UserInfo {
    const name = this.#username(claims)
    const { groups, uid } = this.#config.claimMappings
    const user = {
      name,
      ...optional('uid', this.#uid(uid, claims)),
      groups: this.#groups(groups, claims),
      ...optional('extra', this.#extra(claims)),
    }
    this.#checkClaims(claims)
    this.#checkUser(user)
    return user
  }

  #evaluate(expression: string, claims: Claims, what: string): unknown {
    return evaluate(this.#programs.get(expression)!, 'claims', claims, what)
  }

  #username(claims: Claims): string {
    const { claim = '', prefix = '', expression } = this.#config.claimMappings.username
    if (expression) {
      const name = this.#evaluate(expression, claims, 'username claim expression')
      if (typeof name !== 'string') throw new AuthenticationError('oidc: error evaluating username claim expression: it is no string')
      if (name === '') throw new AuthenticationError('oidc: username claim expression evaluated to an empty string')
      return name
    }
    const name = claims[claim]
    if (name === undefined) throw new AuthenticationError(`oidc: parse username claims ${JSON.stringify(claim)}: claim not present`)
    if (typeof name !== 'string') throw new AuthenticationError(`oidc: parse username claims ${JSON.stringify(claim)}: it is no string`)
    // Nobody becomes a user by an address that is not proved to be theirs.
    if (claim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true)
      throw new AuthenticationError('oidc: email not verified')
    return prefix + name
  }

  #groups(mapping: ClaimOrExpression | undefined, claims: Claims): string[] {
    const { claim, prefix = '', expression } = mapping ?? {}
    if (expression) return textsOf(this.#evaluate(expression, claims, 'group claim expression'), 'group claim expression')
    if (!claim || claims[claim] === undefined) return []
    return textsOf(claims[claim], `groups claim ${JSON.stringify(claim)}`).map((group) => prefix + group)
  }

  #uid(mapping: ClaimOrExpression | undefined, claims: Claims): string | undefined {
    const { claim, expression } = mapping ?? {}
    const value = expression ? this.#evaluate(expression, claims, 'uid claim expression') : claim ? claims[claim] : undefined
    if (value === undefined && !claim) return undefined
    if (typeof value !== 'string') throw new AuthenticationError('oidc: parse uid claim: it is no string')
    return value
  }

  #extra(claims: Claims): Record<string, string[]> | undefined {
    const found: Record<string, string[]> = {}
    for (const { key, valueExpression } of this.#config.claimMappings.extra ?? []) {
      const what = `extra claim expression for key ${JSON.stringify(key)}`
      const values = textsOf(this.#evaluate(valueExpression, claims, what), what)
      // An empty text stands for no value at all.
      if (values.length > 0) found[key] = values
    }
    return Object.keys(found).length > 0 ? found : undefined
  }

  #checkClaims(claims: Claims): void {
    for (const { claim, requiredValue = '', expression, message } of this.#config.claimValidationRules ?? []) {
      if (claim) {
        const value = claims[claim]
        if (value === undefined) throw new AuthenticationError(`oidc: required claim ${claim} not present in ID token`)
        if (typeof value !== 'string') throw new AuthenticationError(`oidc: parse claim ${claim}: it is no string`)
        if (value !== requiredValue)
          throw new AuthenticationError(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`)
      }
      if (expression) check(this.#evaluate(expression, claims, 'claim validation expression'), expression, message)
    }
  }

  #checkUser(user: UserInfo): void {
    for (const { expression, message } of this.#config.userValidationRules ?? []) {
      const { name, uid = '', groups, extra = {} } = user
      const value = { username: name, uid, groups, extra }
      check(evaluate(this.#programs.get(`user:${expression}`)!, 'user', value, 'user info validation rule'), expression, message)
    }
  }
}

function check(value: unknown, expression: string, message: string | undefined): void {
  if (value !== true) throw new AuthenticationError(`oidc: validation expression '${expression}' failed${message ? `: ${message}` : ''}`)
}

/** One text or a list of them; null and an empty text are none. */
function textsOf(value: unknown, what: string): string[] {
  if (value === null || value === '') return []
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new AuthenticationError(`oidc: parse ${what}: it is neither a string nor a list of strings`)
}

const optional = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>)
