import { X509Certificate } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { yamlLibrary } from '../../yaml-library.ts'

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
type Refuse = (why: string, cause?: unknown) => never

/**
 * Reads the kubeconfig of a webhook. `readFile` reads it and the files that it names; their paths begin at its folder. Throws an Error that says what is
 * wrong.
 */
export function readWebhookKubeconfig(file: string, readFile: (path: string) => string): WebhookConnection {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Error(`Cannot use the webhook's kubeconfig ${JSON.stringify(file)}: ${why}`, { cause })
  }
  const config = configOf(readFile(file), refuse)
  const current = textOf(config['current-context'])
  if (current === '') refuse('it has no current-context')
  const context = find(config, 'contexts', current)?.context ?? refuse(`it has no context ${JSON.stringify(current)}, its current one`)
  const cluster = find(config, 'clusters', textOf(context['cluster']))?.cluster ?? {}
  const user = find(config, 'users', textOf(context['user']))?.user ?? {}
  const server = textOf(cluster['server'])
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) refuse(`its server is ${JSON.stringify(server)}, not a URL`)
  const readNamed = (path: string): string => readFile(resolve(dirname(file), path))
  const pem = (fields: Fields, name: string): string | undefined => {
    const data = fields[`${name}-data`]
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8')
    const path = fields[name]
    return typeof path === 'string' && path !== '' ? readNamed(path) : undefined
  }
  const ca = pem(cluster, 'certificate-authority')
  if (ca !== undefined) checkCertificates(ca, refuse)
  const certificate = pem(user, 'client-certificate')
  const key = pem(user, 'client-key')
  const authorization = authorizationOf(user, readNamed)
  return {
    url: new URL(server),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(typeof cluster['tls-server-name'] === 'string' ? { serverName: cluster['tls-server-name'] } : {}),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(authorization === undefined ? {} : { authorization }),
  }
}

function configOf(text: string, refuse: Refuse): Fields {
  try {
    const config: unknown = yamlLibrary().parse(text)
    return typeof config === 'object' && config !== null ? (config as Fields) : refuse('it is no kubeconfig')
  } catch (error) {
    if (!(error instanceof yamlLibrary().YAMLParseError)) throw error
    return refuse(error.message.split('\n')[0]!, error)
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

function checkCertificates(ca: string, refuse: Refuse): void {
  try {
    new X509Certificate(ca)
  } catch (error) {
    refuse('its certificate authority is no PEM certificate', error)
  }
}
