import { existsSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { ChosenContext } from './kubeconfig-file.ts'

/** Where a Pod finds its service account. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What a Pod knows of its API server, or why it knows nothing. */
export type InCluster = { readonly context: ChosenContext } | { readonly missing: string }

/**
 * The API server and service account of the Pod that this process runs in: KUBERNETES_SERVICE_HOST and _PORT, and in `folder` the files `token`
 * (read again every minute), `ca.crt` and `namespace`. Without a `ca.crt` the authorities that Node trusts are trusted.
 */
export function inCluster(env: Readonly<Record<string, string | undefined>>, folder: string): InCluster {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']]
  if (!host || !port) return { missing: 'this process runs in no Pod' }
  const tokenFile = join(folder, 'token')
  if (!existsSync(tokenFile)) return { missing: `this Pod has no service account token (there is no "${tokenFile}")` }
  const caFile = join(folder, 'ca.crt')
  return {
    context: {
      source: 'the service account of this Pod',
      cluster: {
        name: 'in-cluster',
        server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
        skipTLSVerify: false,
        ...(existsSync(caFile) ? { caFile } : {}),
      },
      user: { name: 'in-cluster', authProvider: { name: 'tokenFile', config: { tokenFile } } },
      headers: {},
      namespace: namespaceOf(join(folder, 'namespace')),
    },
  }
}

function namespaceOf(file: string): string {
  return (existsSync(file) && readFileSync(file, 'utf8').trim()) || 'default'
}
