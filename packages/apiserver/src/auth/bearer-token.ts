import type { IncomingMessage } from 'node:http'
import type { Remarks } from './authenticator.ts'

/** How a browser's WebSocket, which cannot set headers, carries a token: as one of the protocols that it offers. */
const WEB_SOCKET_PREFIX = 'base64url.bearer.authorization.k8s.io.'
const EXTRA_SPACE = 'the provided Authorization header contains extra space before the bearer token, and is ignored'

/** The bearer token of a request; undefined when it has none, or an empty one. */
export function bearerToken({ headers }: IncomingMessage, remarks: Remarks): string | undefined {
  const [scheme = '', token = '', ...rest] = (headers.authorization ?? '').trim().split(' ')
  if (scheme.toLowerCase() !== 'bearer') return webSocketToken(headers['sec-websocket-protocol'])
  if (token !== '') return token
  if (rest.length > 0) remarks.warn(EXTRA_SPACE)
  return undefined
}

function webSocketToken(protocols: string | undefined): string | undefined {
  const carried = (protocols ?? '').split(',').map((one) => one.trim())
  const found = carried.find((one) => one.startsWith(WEB_SOCKET_PREFIX))
  // NOTE: a socket that offers nothing beside its token would have that sent back as the protocol that was chosen.
  if (found === undefined || carried.length < 2) return undefined
  return Buffer.from(found.slice(WEB_SOCKET_PREFIX.length), 'base64url').toString('utf8') || undefined
}
