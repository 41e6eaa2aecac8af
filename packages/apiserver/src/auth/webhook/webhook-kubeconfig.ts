import { X509Certificate } from 'node:crypto'
import { parse } from 'yaml'

/** Where an authorization webhook listens, and how this server proves to be itself (Kubernetes documentation, "Webhook Mode"). */
export interface WebhookConnection {
  readonly url: URL
  /** PEM text of the certificates that the webhook is verified with; undefined: those that the machine trusts. */
  readonly ca?: string
  /** The webhook is believed without verification. */
  readonly insecure: boolean
  /** The name that its certificate is for, where it is not that of the URL. */
  readonly serverName?: string
  readonly certificate?: string
  readonly key?: string
  /** The value of the header `Authorization`. */
  readonly authorization?: string
}

interface Named<T> {
  readonly name?: string
  readonly cluster?: T
  readonly user?: T
  readonly context?: T
}

type Fields = Readonly<Record<string, unknown>>

/** Reads a kubeconfig of a webhook; `readFile` reads the files that it names. Throws an Error that says what is wrong. */
export function readWebhookKubeconfig(text: string, readFile: (path: string) => string): WebhookConnection {
  const config = (parse(text) ?? {}) as Fields
  const context = find(config, 'contexts', textOf(config['current-context']))?.context
  if (context === undefined) throw new Error('Cannot use the kubeconfig of a webhook: it has no current context')
  const cluster = find(config, 'clusters', textOf(context['cluster']))?.cluster ?? {}
  const user = find(config, 'users', textOf(context['user']))?.user ?? {}
  const server = textOf(cluster['server'])
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    throw new Error(`Cannot use the kubeconfig of a webhook: its server is ${JSON.stringify(server)}, not a URL`)
  const pem = (fields: Fields, name: string): string | undefined => {
    const data = fields[`${name}-data`]
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8')
    const path = fields[name]
    return typeof path === 'string' && path !== '' ? readFile(path) : undefined
  }
  const ca = pem(cluster, 'certificate-authority')
  if (ca !== undefined) checkCertificates(ca)
  const certificate = pem(user, 'client-certificate')
  const key = pem(user, 'client-key')
  const authorization = authorizationOf(user, readFile)
  return {
    url: new URL(server),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(typeof cluster['tls-server-name'] === 'string' ? { serverName: cluster['tls-server-name'] } : {}),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(authorization === undefined ? {} : { authorization }),
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function find(config: Fields, list: string, name: string): Named<Fields> | undefined {
  return ((config[list] ?? []) as readonly Named<Fields>[]).find((one) => one.name === name)
}

function authorizationOf(user: Fields, readFile: (path: string) => string): string | undefined {
  const { token, tokenFile, username, password } = user
  if (typeof tokenFile === 'string' && tokenFile !== '') return `Bearer ${readFile(tokenFile).trim()}`
  if (typeof token === 'string' && token !== '') return `Bearer ${token}`
  if (typeof username !== 'string' || username === '') return undefined
  return `Basic ${Buffer.from(`${username}:${typeof password === 'string' ? password : ''}`).toString('base64')}`
}

function checkCertificates(ca: string): void {
  try {
    new X509Certificate(ca)
  } catch (error) {
    throw new Error('Cannot use the kubeconfig of a webhook: its certificate authority is no PEM certificate', { cause: error })
  }
}
