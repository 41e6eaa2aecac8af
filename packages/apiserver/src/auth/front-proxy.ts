import type { IncomingMessage } from 'node:http'
import type { Clock } from '@kubetape/determinism'
import { COMMON_NAME, subjectValues } from '../x509/distinguished-name.ts'
import { certificatesOf, chainProblem } from '../x509/verify-chain.ts'
import { AuthenticationError, type Authenticator } from './authenticator.ts'
import { peerCertificates } from './peer-certificate.ts'

/** A proxy before this server that has found out already who asks (`--requestheader-…`). */
export interface FrontProxyOptions {
  /** PEM text of the CAs of the proxy's client certificate (`--requestheader-client-ca-file`). */
  readonly ca: string
  /** Common names that it may have (`--requestheader-allowed-names`); none: any. */
  readonly allowedNames: readonly string[]
  /** `--requestheader-username-headers` */
  readonly usernameHeaders: readonly string[]
  /** `--requestheader-group-headers` */
  readonly groupHeaders: readonly string[]
  /** `--requestheader-extra-headers-prefix` */
  readonly extraHeaderPrefixes: readonly string[]
}

/** Believes what a front proxy says of who asks, when it shows a certificate of its own CA; what comes from others is no more than a header. */
export function frontProxy(options: FrontProxyOptions, clock: Clock): Authenticator {
  const cas = certificatesOf(options.ca)
  return {
    authenticate(request) {
      const [leaf, ...sent] = peerCertificates(request)
      if (leaf === undefined) return undefined
      const problem = chainProblem(leaf, sent, cas, clock.wallMs())
      if (problem !== undefined) throw new AuthenticationError(problem)
      const name = subjectValues(leaf, COMMON_NAME).at(-1) ?? ''
      if (options.allowedNames.length > 0 && !options.allowedNames.includes(name))
        throw new AuthenticationError(`x509: subject with cn=${name} is not in the allowed list`)
      return userOfHeaders(request, options)
    },
  }
}

function userOfHeaders(request: IncomingMessage, options: FrontProxyOptions): ReturnType<Authenticator['authenticate']> {
  const headers = headerPairs(request)
  const valuesOf = (name: string): string[] => headers.filter(([header]) => header === name.toLowerCase()).map(([, value]) => value)
  const name = options.usernameHeaders.flatMap(valuesOf).find((value) => value !== '')
  if (name === undefined) return undefined
  const extra: Record<string, string[]> = {}
  for (const prefix of options.extraHeaderPrefixes.map((one) => one.toLowerCase())) {
    for (const [header, value] of headers) {
      if (!header.startsWith(prefix)) continue
      const key = unescaped(header.slice(prefix.length))
      if (Object.hasOwn(extra, key)) extra[key]!.push(value)
      else Object.defineProperty(extra, key, { value: [value], enumerable: true })
    }
  }
  return { name, groups: options.groupHeaders.flatMap(valuesOf), ...(Object.keys(extra).length > 0 ? { extra } : {}) }
}

/** Repeated headers stay apart here: Node joins those that it does not know. */
function headerPairs({ rawHeaders }: IncomingMessage): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) pairs.push([rawHeaders[at]!.toLowerCase(), rawHeaders[at + 1]!])
  return pairs
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
