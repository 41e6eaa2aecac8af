import type { Agent } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { KubeConfig, User } from '@kubernetes/client-node'
import type { Clock } from '@kubetape/determinism'
import { type Credentials, type CredentialSource, keepAliveAgent, type TlsMaterial } from './credentials.ts'
import type { ChosenContext, ClientNode } from './kubeconfig-file.ts'
import { TokenFile } from './token-file.ts'

/** Certificates and keys in files are read again this often (client-go: every five minutes). */
const FILES_REREAD_MS = 5 * 60_000

interface Current {
  readonly credentials: Credentials
  readonly tls: TlsMaterial | undefined
  readonly sinceMs: number
}

/** Credentials as the library works them out: exec plugins, auth providers, token files, client certificates, proxies. */
export class KubeconfigCredentials implements CredentialSource {
  readonly #config: KubeConfig
  readonly #clock: Clock
  readonly #headers: ChosenContext['headers']
  /** Plugins and token files renew what they give, and cache it themselves. */
  readonly #renewing: boolean
  readonly #secure: boolean
  readonly #proxied: boolean
  readonly #tokenFile: TokenFile | undefined
  #token: string | undefined
  /** The agents of older certificates: they finish what they carry and are not used again. */
  #retired: Agent[] = []
  #current: Current | undefined
  #pending: Promise<Credentials> | undefined

  constructor(
    library: Pick<ClientNode, 'KubeConfig'>,
    { cluster, user, headers }: Pick<ChosenContext, 'cluster' | 'user' | 'headers'>,
    clock: Clock,
  ) {
    this.#clock = clock
    this.#headers = headers
    const tokenFile = tokenFileOf(user)
    this.#tokenFile = tokenFile === undefined ? undefined : new TokenFile(tokenFile, clock)
    this.#renewing = Boolean(user.exec) || (Boolean(user.authProvider) && tokenFile === undefined)
    this.#secure = cluster.server.startsWith('https:')
    this.#proxied = Boolean(cluster.proxyUrl)
    this.#config = new library.KubeConfig()
    // The library refuses plain HTTP unless verification is off, which says nothing about a connection without TLS.
    this.#config.loadFromClusterAndUser(
      this.#secure ? cluster : { ...cluster, skipTLSVerify: true },
      tokenFile === undefined ? user : withoutProvider(user),
    )
  }

  current(): Credentials | Promise<Credentials> {
    if (this.#tokenFile !== undefined && this.#current !== undefined) this.#useToken(this.#current, this.#tokenFile.current())
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
    this.#token = this.#tokenFile?.current()
    const credentials = { agent, headers: { ...headersOf(found), ...bearer(this.#token), ...this.#headers } }
    this.#current = { credentials, tls, sinceMs: this.#clock.monotonicMs() }
    return credentials
  }

  /** A new token changes the headers alone: connections and certificates stay. */
  #useToken(current: Current, token: string): void {
    if (token === this.#token) return
    this.#token = token
    const { agent, headers } = current.credentials
    this.#current = { ...current, credentials: { agent, headers: { ...headers, ...bearer(token) } } }
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

/** The file of a user's token, however the kubeconfig names it. */
function tokenFileOf(user: User): string | undefined {
  const provider = user.authProvider as { config?: { tokenFile?: string } } | undefined
  return provider?.config?.tokenFile
}

/** What is left to the library: it would read the file with every request, and keep the line break at its end. */
const withoutProvider = (user: User): User => ({ ...user, authProvider: undefined })

const bearer = (token: string | undefined): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` })

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
