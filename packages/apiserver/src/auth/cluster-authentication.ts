import type { FrontProxyOptions } from './front-proxy.ts'

/** By this ConfigMap other servers of the cluster (extension API servers, the scheduler, the controller manager) know clients as this one does. */
export const CLUSTER_AUTHENTICATION = 'extension-apiserver-authentication'

/** What it says. `clientCa`: PEM text of the CAs of client certificates; empty: none. */
export function clusterAuthentication(clientCa: string, proxy: FrontProxyOptions | undefined): Record<string, string> {
  return {
    ...(clientCa === '' ? {} : { 'client-ca-file': clientCa }),
    ...(proxy === undefined
      ? {}
      : {
          'requestheader-allowed-names': JSON.stringify(proxy.allowedNames),
          'requestheader-client-ca-file': proxy.ca,
          'requestheader-extra-headers-prefix': JSON.stringify(proxy.extraHeaderPrefixes),
          'requestheader-group-headers': JSON.stringify(proxy.groupHeaders),
          'requestheader-username-headers': JSON.stringify(proxy.usernameHeaders),
        }),
  }
}

/** What of `wanted` a ConfigMap does not have; undefined where it has all. */
export function missingIn(
  wanted: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  return Object.entries(wanted).every(([key, value]) => data[key] === value) ? undefined : wanted
}
