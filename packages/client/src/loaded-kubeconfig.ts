import type { KubeConfig } from '@kubernetes/client-node'
import { systemClock } from '@kubetape/determinism'
import { HttpClient, type HttpClientSettings } from './http-client.ts'
import { KubeconfigCredentials } from './kubeconfig-credentials.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import type { ClientNode } from './kubeconfig-file.ts'

/**
 * A client of the current context of a KubeConfig that the program has loaded itself; credentials are asked for with the first request.
 * Throws KubeconfigError where there is no current cluster.
 */
export function clientForKubeConfig(
  library: Pick<ClientNode, 'KubeConfig'>,
  config: Pick<KubeConfig, 'getCurrentCluster' | 'getCurrentUser'>,
  settings: HttpClientSettings = {},
): HttpClient {
  const { clock = systemClock() } = settings
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KubeconfigError('Cannot use this KubeConfig: it has no currently active cluster')
  const chosen = {
    source: 'this KubeConfig',
    namespace: undefined,
    cluster,
    user: config.getCurrentUser() ?? { name: 'anonymous' },
    headers: {},
  }
  return new HttpClient({ ...settings, clock, url: cluster.server, credentials: new KubeconfigCredentials(library, chosen, clock) })
}
