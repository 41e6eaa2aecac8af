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
  const { v, rv, start } = parseToken(text)
  if (v !== VERSION) throw bad(`server does not recognize this encoded version ${String(v ?? '')}`)
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) throw bad(`incorrect encoded start resourceVersion (version ${VERSION})`)
  if (typeof start !== 'string' || start === '') throw bad(`encoded start key empty (version ${VERSION})`)
  const key = start.startsWith('/') ? start : `/${start}`
  if (key.split('/').some((part) => part === '..' || part === '.')) throw bad(start)
  return { revision: rv, after: scope + key.slice(1).replace(/\u0000$/, '') }
}

const bad = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`)

function parseToken(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  const foreign = text.search(/[^A-Za-z0-9_-]/)
  if (foreign >= 0) throw bad(`illegal base64 data at input byte ${foreign}`)
  const json = Buffer.from(text, 'base64url').toString('utf8')
  try {
    return JSON.parse(json) as { v?: unknown; rv?: unknown; start?: unknown }
  } catch (error) {
    throw bad(jsonComplaint(json, error))
  }
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
