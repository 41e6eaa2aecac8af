import { badRequest } from '@kubetape/apimachinery'

/** Where a paged list goes on: at this revision (-1: at the newest), after this key. */
export interface ContinueToken {
  readonly revision: number
  /** Key within the resource. */
  readonly after: string
}

const VERSION = 'meta.k8s.io/v1'

/**
 * Opaque to clients, as the API concepts page demands; the layout is upstream's, so that tools that look inside keep working.
 * `scope` is the key prefix of the list (`''` or `namespace/`), which the token leaves out.
 */
export function encodeContinueToken(token: ContinueToken, scope: string): string {
  const start = `/${token.after.slice(scope.length)}\u0000`
  return Buffer.from(JSON.stringify({ v: VERSION, rv: token.revision, start })).toString('base64url')
}

/** Reads a token for a list of this scope; throws the 400 that upstream answers to one that it did not make. */
export function decodeContinueToken(text: string, scope: string): ContinueToken {
  const { v = '', rv = 0, start = '' } = parseToken(text)
  if (v !== VERSION) throw bad(`server does not recognize this encoded version ${v}`)
  if (rv === 0) throw bad(`incorrect encoded start resourceVersion (version ${VERSION})`)
  if (start === '') throw bad(`encoded start key empty (version ${VERSION})`)
  const key = start.startsWith('/') ? start : `/${start}`
  // Only a clean path stays below the scope.
  if (key !== '/' && key.split('/').some((part, at) => part === '..' || part === '.' || (part === '' && at > 0))) throw bad(start)
  return { revision: rv, after: scope + key.slice(1).replace(/\u0000$/, '') }
}

const bad = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`)

interface RawToken {
  readonly v?: string
  readonly rv?: number
  readonly start?: string
}

function parseToken(text: string): RawToken {
  const foreign = text.search(/[^A-Za-z0-9_-]/)
  // One character of a group of four makes no byte.
  if (foreign >= 0 || text.length % 4 === 1) throw bad(`illegal base64 data at input byte ${foreign >= 0 ? foreign : text.length - 1}`)
  const json = Buffer.from(text, 'base64url').toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw bad(jsonComplaint(json, error))
  }
  return typed(value)
}

/** Fields of the types that upstream reads them into, or its decoder's complaint. */
function typed(value: unknown): RawToken {
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw bad(`json: cannot unmarshal ${goKind(value)} into Go value of type storage.continueToken`)
  const { v, rv, start } = value as { v?: unknown; rv?: unknown; start?: unknown }
  const number = field(rv, 'rv', 'number', 'int64')
  if (number !== undefined && !Number.isSafeInteger(number)) throw misfit(`number ${number}`, 'rv', 'int64')
  const version = field(v, 'v', 'string', 'string')
  const key = field(start, 'start', 'string', 'string')
  return {
    ...(version === undefined ? {} : { v: version }),
    ...(number === undefined ? {} : { rv: number }),
    ...(key === undefined ? {} : { start: key }),
  }
}

function field<K extends 'string' | 'number'>(
  value: unknown,
  name: string,
  type: K,
  goType: string,
): (K extends 'string' ? string : number) | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== type) throw misfit(goKind(value), name, goType)
  return value as K extends 'string' ? string : number
}

const misfit = (what: string, name: string, goType: string): Error =>
  bad(`json: cannot unmarshal ${what} into Go struct field continueToken.${name} of type ${goType}`)

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Go's words for the commonest ways in which a text is no JSON; the parser's own otherwise. */
function jsonComplaint(json: string, error: unknown): string {
  for (const literal of ['true', 'false', 'null']) {
    if (json[0] !== literal[0]) continue
    for (let i = 1; i < literal.length && i < json.length; i++) {
      if (json[i] !== literal[i]) return `invalid character '${json[i]}' in literal ${literal} (expecting '${literal[i]}')`
    }
  }
  if (json === '') return 'unexpected end of JSON input'
  if (!/^[[{"\d-]/.test(json)) return `invalid character '${json[0]}' looking for beginning of value`
  return error instanceof Error ? error.message : String(error)
}
