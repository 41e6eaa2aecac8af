import type { HttpClient, HttpClientSettings } from './http-client.ts'
import { loadConfig, type LoadConfigOptions } from './load-config.ts'

export interface KubeconfigOptions extends HttpClientSettings, Omit<LoadConfigOptions, 'kubeconfig'> {
  /** The file. Default: the files of KUBECONFIG, the service account of the Pod, `~/.kube/config`, whichever is there first. */
  readonly path?: string
}

/**
 * A client of the cluster that `loadConfig` finds, with everything that kubeconfigs know: client certificates, tokens, exec plugins, auth
 * providers, proxies. Credentials are asked for once at the start. Throws KubeconfigError, which names the file and what is wrong with it.
 */
export async function clientFromKubeconfig(options: KubeconfigOptions = {}): Promise<HttpClient> {
  const { path, ...rest } = options
  const config = await loadConfig({ ...rest, ...(path === undefined ? {} : { kubeconfig: path }) })
  return config.client(options)
}
