import type { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createSecureContext, type SecureContext } from 'node:tls'

/** With what a request is sent beside itself. */
export interface Credentials {
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string | string[]>>
}

/** Asked before each request, since tokens and certificates are renewed while a client lives. */
export interface CredentialSource {
  current(): Credentials | Promise<Credentials>
  /** Closes the connections that the credentials hold. */
  close(): void
}

/** TLS material in PEM. */
export interface TlsMaterial {
  /** Default: the certificate authorities that Node trusts. */
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly pfx?: string | Buffer | undefined
  readonly passphrase?: string | undefined
  /** The name to ask for and to verify. Default: the host of the URL. */
  readonly serverName?: string | undefined
  /** Do not verify the server's certificate. Default false. */
  readonly insecureSkipTlsVerify?: boolean | undefined
}

/** A silent connection is probed after this long, so that a vanished server is noticed also by watches (client-go: 30 s). */
const TCP_KEEP_ALIVE_MS = 30_000

/** Idle connections that are kept for later requests. */
const IDLE_CONNECTIONS_MAX = 256

const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS, maxFreeSockets: IDLE_CONNECTIONS_MAX } as const

/** An agent that keeps connections alive, over TLS when there is material. Throws when the material is no valid PEM. */
export function keepAliveAgent(tls: TlsMaterial | undefined): Agent {
  // Loaded only where it is used: Node's module loads an HTTP client of its own.
  if (tls === undefined) return new (process.getBuiltinModule('node:http').Agent)(KEEP_ALIVE)
  const { serverName, insecureSkipTlsVerify } = tls
  return new HttpsAgent({
    ...KEEP_ALIVE,
    secureContext: secureContext(tls),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
  })
}

/** Made once per agent: parsing certificates for each connection costs milliseconds. */
function secureContext({ ca, cert, key, pfx, passphrase }: TlsMaterial): SecureContext {
  return createSecureContext({ ca, cert, key, pfx, passphrase, minVersion: 'TLSv1.2' })
}
