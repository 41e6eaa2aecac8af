<<<<<<< HEAD
import { systemClock } from '@kubetape/determinism'
import { parseServerUrl } from './connection.ts'
import { HttpClient, type HttpClientSettings } from './http-client.ts'
import { type CredentialRules, type CredentialSubject, KubeconfigCredentials, rulesOf } from './kubeconfig-credentials.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import { chooseContext } from './kubeconfig-file.ts'
=======
import type { HttpClient, HttpClientSettings } from './http-client.ts'
import { loadConfig, type LoadConfigOptions } from './load-config.ts'
>>>>>>> main

export interface KubeconfigOptions extends HttpClientSettings, Omit<LoadConfigOptions, 'kubeconfig'> {
  /** The file. Default: the files of KUBECONFIG, the service account of the Pod, `~/.kube/config`, whichever is there first. */
  readonly path?: string
}

/**
 * A client of the cluster that `loadConfig` finds, with everything that kubeconfigs know: client certificates, tokens, exec plugins, auth
 * providers, proxies. Credentials are asked for once at the start. Throws KubeconfigError, which names the file and what is wrong with it.
 */
export async function clientFromKubeconfig(options: KubeconfigOptions = {}): Promise<HttpClient> {
<<<<<<< HEAD
  const { path, context, env = process.env, clock = systemClock() } = options
  const library = await import('@kubernetes/client-node')
  const chosen = chooseContext(library, { path, context, env })
  const credentials = new KubeconfigCredentials(rulesOf(library, chosen), chosen, clock)
  try {
    parseServerUrl(chosen.cluster.server)
    await credentials.current()
  } catch (cause) {
    throw new KubeconfigError(`Cannot use ${chosen.source}: ${explain(cause)}`, { cause })
  }
  return new HttpClient({ ...options, clock, url: chosen.cluster.server, credentials })
}

/** A `KubeConfig` object of @kubernetes/client-node that a program has loaded, of whichever version. */
export interface LoadedKubeConfig extends CredentialRules {
  getCurrentCluster(): CredentialSubject['cluster'] | null
  getCurrentUser(): CredentialSubject['user'] | null
}

/** A client of the current context of such an object; credentials are asked for with the first request. Throws KubeconfigError without a cluster. */
export function clientForKubeConfig(config: LoadedKubeConfig, settings: HttpClientSettings = {}): HttpClient {
  const { clock = systemClock() } = settings
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KubeconfigError('Cannot use this KubeConfig: it has no currently active cluster')
  const credentials = new KubeconfigCredentials(config, { cluster, user: config.getCurrentUser() ?? {}, headers: {} }, clock)
  return new HttpClient({ ...settings, clock, url: cluster.server, credentials })
}

function explain(cause: unknown): string {
  const { code, path, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return `it names "${path}", which is not there`
  if (code?.startsWith('ERR_OSSL')) return `its certificates or key are no valid PEM (${message})`
  return message.trim().split('\n')[0] || 'the credential plugin failed without a word'
=======
  const { path, ...rest } = options
  const config = await loadConfig({ ...rest, ...(path === undefined ? {} : { kubeconfig: path }) })
  return config.client(options)
>>>>>>> main
}
