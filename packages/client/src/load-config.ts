import { systemClock } from '@kubetape/determinism'
import { parseServerUrl } from './connection.ts'
import { HttpClient, type HttpClientSettings } from './http-client.ts'
import { SERVICE_ACCOUNT_FOLDER } from './in-cluster.ts'
import { KubeconfigCredentials } from './kubeconfig-credentials.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import { chooseContext } from './kubeconfig-file.ts'

export interface LoadConfigOptions {
  /** A file that goes before all else: the flag `--kubeconfig`. */
  readonly kubeconfig?: string
  /** The context. Default: the current one. One that is named is looked for in files only. */
  readonly context?: string
  /** Where KUBECONFIG, KUBERNETES_SERVICE_HOST and _PORT, and HOME are looked up. Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where a Pod has its service account. Default: where the kubelet puts it. */
  readonly serviceAccountFolder?: string
}

/** A cluster and who one is there. */
export interface ClusterConfig {
  /** Where it was found, in words. */
  readonly source: string
  /** `https://host:port` */
  readonly server: string
  /** Of the context, or of the Pod. Default `default`. */
  readonly namespace: string
  /** Makes a client. Credentials are asked for once at the start: throws KubeconfigError when they cannot be had. */
  client(settings?: HttpClientSettings): Promise<HttpClient>
}

/**
 * Finds the cluster that this process is for, in controller-runtime's order: the file of `--kubeconfig`; the files of KUBECONFIG, where the first to
 * name something wins and missing files are skipped; the service account of the Pod; `~/.kube/config`. Throws KubeconfigError, which names what was
 * looked at and what is wrong with it.
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<ClusterConfig> {
  const { kubeconfig: path, context, env = process.env, serviceAccountFolder = SERVICE_ACCOUNT_FOLDER } = options
  const library = await import('@kubernetes/client-node')
  const chosen = chooseContext(library, { path, context, env, serviceAccountFolder })
  const { source, namespace, cluster } = chosen
  const refused = (cause: unknown): KubeconfigError => new KubeconfigError(`Cannot use ${source}: ${explain(cause)}`, { cause })
  try {
    parseServerUrl(cluster.server)
  } catch (cause) {
    throw refused(cause)
  }
  return {
    source,
    namespace,
    server: cluster.server,
    client: async (settings = {}) => {
      const { clock = systemClock() } = settings
      const credentials = new KubeconfigCredentials(library, chosen, clock)
      try {
        await credentials.current()
      } catch (cause) {
        throw refused(cause)
      }
      return new HttpClient({ ...settings, clock, url: cluster.server, credentials })
    },
  }
}

function explain(cause: unknown): string {
  const { code, path, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return `it names "${path}", which is not there`
  if (code?.startsWith('ERR_OSSL')) return `its certificates or key are no valid PEM (${message})`
  return message.trim().split('\n')[0] || 'the credential plugin failed without a word'
}
