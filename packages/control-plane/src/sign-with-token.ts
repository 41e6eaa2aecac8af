import { createHmac } from 'node:crypto'

/** A detached JSON Web Signature of a text (RFC 7515, appendix F), HS256 with a bootstrap token's secret, its key named by the token's id. */
export function signWithToken(content: string, { id, secret }: { readonly id: string; readonly secret: string }): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: id })).toString('base64url')
  const payload = Buffer.from(content).toString('base64url')
  return `${header}..${createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')}`
}
