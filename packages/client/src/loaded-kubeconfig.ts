import { systemClock } from '@kubetape/determinism'
import { HttpClient, type HttpClientSettings } from './http-client.ts'
import { KubeconfigCredentials } from './kubeconfig-credentials.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import type { ChosenContext, ClientNode } from './kubeconfig-file.ts'

/** What is needed of the module `@kubernetes/client-node`, of any version. Its types stay inside: they do not pass a compiler that checks libraries. */
export interface KubeConfigLibrary {
  readonly KubeConfig: new () => object
}

/** What is needed of its `KubeConfig`. */
export interface LoadedKubeConfig {
  getCurrentCluster(): { readonly server: string } | null
  getCurrentUser(): { readonly name: string } | null
}

/**
 * A client of the current context of a KubeConfig that the program has loaded itself; credentials are asked for with the first request.
 * Throws KubeconfigError where there is no current cluster.
 */
export function clientForKubeConfig(library: KubeConfigLibrary, config: LoadedKubeConfig, settings: HttpClientSettings = {}): HttpClient {
  const { clock = systemClock() } = settings
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KubeconfigError('Cannot use this KubeConfig: it has no currently active cluster')
  const chosen: ChosenContext = {
    source: 'this KubeConfig',
    namespace: 'default',
    cluster: cluster as ChosenContext['cluster'],
    user: config.getCurrentUser() ?? { name: 'anonymous' },
    headers: {},
  }
  return new HttpClient({
    ...settings,
    clock,
    url: cluster.server,
    credentials: new KubeconfigCredentials(library as Pick<ClientNode, 'KubeConfig'>, chosen, clock),
  })
}
