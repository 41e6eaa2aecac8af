import type { AuthenticationConfig, ClaimOrExpression, JwtConfig } from './jwt-config.ts'
import { expressionProblem } from './user-expressions.ts'
import { yamlLibrary } from '../../yaml-library.ts'

/** Why an authentication configuration cannot be used. Terminal. */
export class AuthenticationConfigError extends Error {
  readonly code = 'AUTHENTICATION_CONFIG' as const

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot use the authentication configuration "${file}": ${why}`, options)
    this.name = 'AuthenticationConfigError'
  }
}

const VERSIONS = new Set(['apiserver.config.k8s.io/v1alpha1', 'apiserver.config.k8s.io/v1beta1'])
const ISSUERS_MAX = 64
/** Issuers whose tokens are somebody else's business: their own methods know them. */
type Forbidden = readonly string[]

/** The members of each object: a misspelt rule would let everybody through. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  '': ['apiVersion', 'kind', 'jwt', 'anonymous'],
  jwt: ['issuer', 'claimValidationRules', 'claimMappings', 'userValidationRules'],
  issuer: ['url', 'discoveryURL', 'certificateAuthority', 'audiences', 'audienceMatchPolicy'],
  claimValidationRules: ['claim', 'requiredValue', 'expression', 'message'],
  claimMappings: ['username', 'groups', 'uid', 'extra'],
  username: ['claim', 'prefix', 'expression'],
  groups: ['claim', 'prefix', 'expression'],
  uid: ['claim', 'expression'],
  extra: ['key', 'valueExpression'],
  userValidationRules: ['expression', 'message'],
  anonymous: ['enabled', 'conditions'],
  conditions: ['path'],
}

/** Reads an AuthenticationConfiguration (YAML or JSON). Throws an AuthenticationConfigError that names the field that is wrong. */
export function parseAuthenticationConfig(text: string, file: string, forbidden: Forbidden = []): AuthenticationConfig {
  const value = readYaml(text, file)
  const refuse = (why: string): never => {
    throw new AuthenticationConfigError(file, why)
  }
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown }
  if (!VERSIONS.has(String(apiVersion)) || kind !== 'AuthenticationConfiguration')
    refuse('it must have apiVersion apiserver.config.k8s.io/v1beta1 and kind AuthenticationConfiguration')
  const problem = unknownMember(value, '', '') ?? configProblem(value, forbidden)
  if (problem !== undefined) refuse(problem)
  const { jwt = [], anonymous } = value as Partial<AuthenticationConfig>
  return { jwt, ...(anonymous === undefined ? {} : { anonymous }) }
}

function readYaml(text: string, file: string): object {
  try {
    const value: unknown = yamlLibrary().parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    if (!(error instanceof yamlLibrary().YAMLParseError)) throw error
    throw new AuthenticationConfigError(file, error.message.split('\n')[0]!, { cause: error })
  }
  throw new AuthenticationConfigError(file, 'it is empty, or no object')
}

/** The first member that there is not, by its path. */
function unknownMember(value: unknown, type: string, path: string): string | undefined {
  const members = MEMBERS[type]
  if (members === undefined || value === null || typeof value !== 'object') return undefined
  for (const [at, one] of Array.isArray(value) ? value.entries() : []) {
    const found = unknownMember(one, type, `${path}[${at}]`)
    if (found !== undefined) return found
  }
  if (Array.isArray(value)) return undefined
  for (const [name, member] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (!members.includes(name)) return `it has no field ${at}`
    const found = unknownMember(member, name, at)
    if (found !== undefined) return found
  }
  return undefined
}

function configProblem({ jwt = [], anonymous }: Partial<AuthenticationConfig>, forbidden: Forbidden): string | undefined {
  if (!Array.isArray(jwt)) return 'jwt must be a list'
  if (jwt.length > ISSUERS_MAX) return `jwt has ${jwt.length} issuers, and may have ${ISSUERS_MAX}`
  const seen = new Set<string>()
  for (const [at, one] of (jwt as readonly JwtConfig[]).entries()) {
    const path = `jwt[${at}]`
    for (const url of [one.issuer?.url, one.issuer?.discoveryURL]) {
      if (url && seen.has(url)) return `${path}.issuer: ${url} is there twice`
      if (url) seen.add(url)
    }
    const problem = issuerProblem(one, `${path}.issuer`, forbidden) ?? mappingProblem(one, path) ?? ruleProblem(one, path)
    if (problem !== undefined) return problem
  }
  const conditions = anonymous?.conditions ?? []
  if (anonymous !== undefined && typeof anonymous.enabled !== 'boolean') return 'anonymous.enabled must be true or false'
  if (anonymous?.enabled === false && conditions.length > 0) return 'anonymous.conditions must not be set when anonymous.enabled is false'
  const at = conditions.findIndex(({ path }) => typeof path !== 'string' || path === '')
  return at < 0 ? undefined : `anonymous.conditions[${at}].path is required`
}

function issuerProblem({ issuer }: JwtConfig, path: string, forbidden: Forbidden): string | undefined {
  if (!issuer?.url) return `${path}.url is required`
  for (const [name, url] of Object.entries({ url: issuer.url, discoveryURL: issuer.discoveryURL ?? '' })) {
    const problem = url === '' ? undefined : urlProblem(url)
    if (problem !== undefined) return `${path}.${name} ${problem}`
  }
  if (forbidden.includes(issuer.url)) return `${path}.url must not be that of service account tokens`
  if (issuer.discoveryURL && issuer.discoveryURL.replace(/\/$/, '') === issuer.url.replace(/\/$/, ''))
    return `${path}.discoveryURL must be another one than the url`
  const { audiences } = issuer as { audiences?: unknown }
  if (!Array.isArray(audiences) || audiences.length === 0 || audiences.some((one) => typeof one !== 'string' || one === ''))
    return `${path}.audiences must be a list of at least one text`
  if (audiences.length > 1 && issuer.audienceMatchPolicy !== 'MatchAny')
    return `${path}.audienceMatchPolicy must be MatchAny for multiple audiences`
  if (issuer.audienceMatchPolicy && issuer.audienceMatchPolicy !== 'MatchAny')
    return `${path}.audienceMatchPolicy must be empty or MatchAny`
  if (issuer.certificateAuthority !== undefined && !issuer.certificateAuthority.includes('-----BEGIN CERTIFICATE-----'))
    return `${path}.certificateAuthority has no certificate in it`
  return undefined
}

function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL'
  const { protocol, username, search, hash } = new URL(text)
  if (protocol !== 'https:') return 'must begin with https'
  return username !== '' || search !== '' || hash !== '' ? 'must not have a user name, query or fragment' : undefined
}

function mappingProblem({ claimMappings, claimValidationRules = [] }: JwtConfig, path: string): string | undefined {
  const at = `${path}.claimMappings`
  const { username, groups, uid, extra = [] } = claimMappings ?? {}
  if (!username?.claim && !username?.expression) return `${at}.username: claim or expression is required`
  for (const [name, one] of Object.entries({ username, groups, uid })) {
    const problem = one === undefined ? undefined : claimProblem(one, `${at}.${name}`, name)
    if (problem !== undefined) return problem
  }
  for (const [index, { key, valueExpression }] of extra.entries()) {
    const here = `${at}.extra[${index}]`
    if (!key || !/^[a-z0-9.-]+\/.+$/.test(key)) return `${here}.key must be a path with a domain in lower case before it`
    if (/(^|\.)(k8s|kubernetes)\.io\//.test(key)) return `${here}.key must not be of a domain that is reserved for Kubernetes`
    if (!valueExpression) return `${here}.valueExpression is required`
    const problem = expressionProblem(valueExpression, 'claims', ['string', 'list'])
    if (problem !== undefined) return `${here}.valueExpression: ${problem}`
  }
  const all = [username.expression, ...extra.map((one) => one.valueExpression), ...claimValidationRules.map((one) => one.expression)]
  const usesEmail = /\bclaims\s*(\.\s*email\b|\[\s*["']email["']\s*\])/.test(username.expression ?? '')
  if (usesEmail && !all.some((one) => one?.includes('email_verified')))
    return `${at}.username.expression: claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression`
  return undefined
}

function claimProblem({ claim, prefix, expression }: ClaimOrExpression, path: string, name: string): string | undefined {
  if (claim && expression) return `${path}: claim and expression cannot both be set`
  if (expression) {
    if (prefix !== undefined) return `${path}.prefix must not be set when expression is`
    const problem = expressionProblem(expression, 'claims', name === 'groups' ? ['string', 'list'] : ['string'])
    return problem === undefined ? undefined : `${path}.expression: ${problem}`
  }
  if (claim && prefix === undefined && name !== 'uid')
    return `${path}.prefix is required when claim is set. It can be set to an empty string to disable prefixing`
  return !claim && prefix !== undefined ? `${path}.prefix must not be set without claim` : undefined
}

function ruleProblem({ claimValidationRules = [], userValidationRules = [] }: JwtConfig, path: string): string | undefined {
  for (const [at, { claim, requiredValue, expression, message }] of claimValidationRules.entries()) {
    const here = `${path}.claimValidationRules[${at}]`
    if (claim && expression) return `${here}: claim and expression cannot both be set`
    if (!claim && !expression) return `${here}: claim or expression is required`
    if (claim && message) return `${here}.message must not be set when claim is`
    if (expression && requiredValue) return `${here}.requiredValue must not be set when expression is`
    const problem = expression ? expressionProblem(expression, 'claims', ['bool']) : undefined
    if (problem !== undefined) return `${here}.expression: ${problem}`
  }
  for (const [at, { expression }] of userValidationRules.entries()) {
    const here = `${path}.userValidationRules[${at}].expression`
    if (!expression) return `${here} is required`
    const problem = expressionProblem(expression, 'user', ['bool'])
    if (problem !== undefined) return `${here}: ${problem}`
  }
  return undefined
}
