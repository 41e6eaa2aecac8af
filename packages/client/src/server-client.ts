import { keepAliveAgent, type CredentialSource, type TlsMaterial } from './credentials.ts'
import { HttpClient, type HttpClientSettings } from './http-client.ts'
import { parseServerUrl } from './connection.ts'

/** A server and how to be known there. Certificates and keys are PEM texts, not paths. */
export interface ServerOptions
  extends HttpClientSettings, Pick<TlsMaterial, 'ca' | 'cert' | 'key' | 'serverName' | 'insecureSkipTlsVerify'> {
  /** `https://host:port` */
  readonly url: string
  /** A bearer token. */
  readonly token?: string | undefined
}

/** A client of a server that is known without a kubeconfig. Throws when the URL is none or the certificates are no valid PEM. */
export function clientForServer(options: ServerOptions): HttpClient {
  const { url, token } = options
  const agent = keepAliveAgent(parseServerUrl(url).secure ? options : undefined)
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const credentials: CredentialSource = { current: () => ({ agent, headers }), close: () => agent.destroy() }
  return new HttpClient({ ...options, credentials })
}
