import { verify } from 'node:crypto'
import { AuthenticationError } from '../authenticator.ts'
import type { SigningKey } from './signing-keys.ts'

interface Header {
  readonly alg?: unknown
  readonly kid?: unknown
  readonly crit?: unknown
}

/**
 * The claims of a compact JWS that one of our own keys signed. Throws an AuthenticationError with upstream's words. Each key has one algorithm, which
 * the token must name; that makes it a matter of one call, and of one turn, where the tokens of other issuers are left to jose.
 */
export function verifySignature(token: string, keys: readonly SigningKey[]): Record<string, unknown> {
  const [head = '', body = '', signature = ''] = token.split('.')
  const { alg, kid, crit } = parsed(head) as Header
  // Which key it was, the token says; where it names none of ours, any may have been it.
  const named = keys.filter((one) => one.id === kid)
  for (const { publicKey, algorithm } of named.length > 0 ? named : keys) {
    if (alg !== algorithm || crit !== undefined) continue
    const signed = Buffer.from(`${head}.${body}`)
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    if (verify(`sha${algorithm.slice(2)}`, signed, key, Buffer.from(signature, 'base64url'))) return parsed(body)
  }
  throw new AuthenticationError('square/go-jose: error in cryptographic primitive')
}

/** A part of a token, which is an object in JSON; an empty one where it is not. */
function parsed(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
