/** The Kubernetes API over storage. Start with `Apiserver.create(options)`; `client()` speaks to it in process, `listen()` over HTTP. */
export { Apiserver, type ApiserverOptions, COMPONENT_GROUP, type ListenOptions } from './apiserver.ts'
export { parseTokenFile } from './auth/authenticator.ts'
export { type KeyPair, makeCertificates, type ServingCertificates } from './http/certificates.ts'
export type { HealthCheck } from './http/health.ts'
export { EMULATED_VERSION } from './http/standard-paths.ts'
export type { ApiRequest } from './request/api-request.ts'
export type { UserInfo } from './registry/strategy.ts'
export { strategies } from './registry/strategies.ts'
