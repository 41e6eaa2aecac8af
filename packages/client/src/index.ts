/** The Client port and its HTTP(S) implementation. Controllers take a `Client`; `/testing` has the contract suite and a fault-injecting client. */
export {
  type Cause,
  type Client,
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type Patch,
  type PatchType,
  RequestFailed,
  type WatchOptions,
  type WriteOptions,
} from './client.ts'
export { HttpClient, type HttpClientOptions, type HttpClientSettings, REQUEST_TIMEOUT_MS } from './http-client.ts'
export type { CredentialSource, Credentials, TlsMaterial } from './credentials.ts'
export type { RequestMetricSpec, RequestMetricsPort } from './request-metrics.ts'
export { clientForServer, type ServerOptions } from './server-client.ts'
export { type ClusterConfig, loadConfig, type LoadConfigOptions } from './load-config.ts'
export { clientFromKubeconfig, type KubeconfigOptions } from './kubeconfig.ts'
export { clientForKubeConfig, type KubeConfigLibrary, type LoadedKubeConfig } from './loaded-kubeconfig.ts'
export { KubeconfigError } from './kubeconfig-error.ts'
export { warningTexts } from './warning-header.ts'
export { ifFound } from './if-found.ts'
export { KindNotServed, resolveKind } from './resolve-kind.ts'
export type { Verb } from './wire-request.ts'
