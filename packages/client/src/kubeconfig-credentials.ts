import type { Agent } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { Cluster, User } from '@kubernetes/client-node'
import type { Clock } from '@kubetape/determinism'
import { type Credentials, type CredentialSource, keepAliveAgent, type TlsMaterial } from './credentials.ts'
import type { ChosenContext, ClientNode } from './kubeconfig-file.ts'

/** Certificates and keys in files are read again this often (client-go: every five minutes). */
const FILES_REREAD_MS = 5 * 60_000

/** What works the credentials out: a `KubeConfig` of the library, whichever version of it is installed. */
export interface CredentialRules {
  applyToHTTPSOptions(options: RequestOptions): Promise<void>
}

/** Whose credentials these are, and for which server. */
export interface CredentialSubject {
  readonly cluster: Pick<Cluster, 'server' | 'proxyUrl'>
  readonly user: Pick<User, 'exec' | 'authProvider'>
  readonly headers: ChosenContext['headers']
}

/** Credentials as the library works them out: exec plugins, auth providers, token files, client certificates, proxies. */
export class KubeconfigCredentials implements CredentialSource {
  readonly #config: CredentialRules
  readonly #clock: Clock
  readonly #headers: ChosenContext['headers']
  /** Plugins and token files renew what they give, and cache it themselves. */
  readonly #renewing: boolean
  readonly #secure: boolean
  readonly #proxied: boolean
  /** The agents of older certificates: they finish what they carry and are not used again. */
  #retired: Agent[] = []
  #current: { readonly credentials: Credentials; readonly tls: TlsMaterial | undefined; readonly sinceMs: number } | undefined
  #pending: Promise<Credentials> | undefined

  constructor(config: CredentialRules, { cluster, user, headers }: CredentialSubject, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#headers = headers
    this.#renewing = Boolean(user.exec) || Boolean(user.authProvider)
    this.#secure = cluster.server.startsWith('https:')
    this.#proxied = Boolean(cluster.proxyUrl)
  }

  current(): Credentials | Promise<Credentials> {
    const current = this.#current
    if (current !== undefined && !this.#renewing && this.#clock.monotonicMs() - current.sinceMs < FILES_REREAD_MS)
      return current.credentials
    // Requests that come while a plugin runs share its answer.
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  close(): void {
    for (const agent of this.#retired) agent.destroy()
    this.#retired = []
    this.#current?.credentials.agent.destroy()
    this.#current = undefined
  }

  async #renew(): Promise<Credentials> {
    const found: RequestOptions = { headers: {} }
    await this.#config.applyToHTTPSOptions(found)
    const tls = this.#secure ? materialOf(found) : undefined
    const previous = this.#current
    const same = previous !== undefined && sameMaterial(previous.tls, tls)
    const agent = same ? previous.credentials.agent : this.#agent(found, tls)
    if (previous !== undefined && !same) this.#retire(previous.credentials.agent)
    const credentials = { agent, headers: { ...headersOf(found), ...this.#headers } }
    this.#current = { credentials, tls, sinceMs: this.#clock.monotonicMs() }
    return credentials
  }

  #retire(agent: Agent): void {
    agent.maxFreeSockets = 0
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
    this.#retired = [...this.#retired.filter((one) => Object.keys(one.sockets).length > 0), agent]
  }

  /** Only proxies need the library's agents; those are made without keep-alive, which is turned on here. */
  #agent(found: RequestOptions, tls: TlsMaterial | undefined): Agent {
    if (this.#proxied) return Object.assign(found.agent as Agent, { keepAlive: true })
    return keepAliveAgent(tls)
  }
}

/** The rules of one context. */
export function rulesOf(library: ClientNode, { cluster, user }: ChosenContext): CredentialRules {
  const config = new library.KubeConfig()
  // The library refuses plain HTTP unless verification is off, which says nothing about a connection without TLS.
  config.loadFromClusterAndUser(cluster.server.startsWith('https:') ? cluster : { ...cluster, skipTLSVerify: true }, user)
  return config
}

function materialOf(found: RequestOptions): TlsMaterial {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = found as Omit<TlsMaterial, 'serverName'> & RequestOptions
  return { ca, cert, key, pfx, passphrase, serverName: servername, insecureSkipTlsVerify: rejectUnauthorized === false }
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string | string[]> {
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}
  return { ...basic, ...(headers as Record<string, string> | undefined) }
}

function sameMaterial(a: TlsMaterial | undefined, b: TlsMaterial | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (['ca', 'cert', 'key', 'pfx', 'passphrase'] as const).every((part) => bytes(a[part]).equals(bytes(b[part])))
}

const bytes = (value: string | Buffer | undefined): Buffer => Buffer.from(value ?? '')
