import type { WebhookEnvironment, WebhookRouter } from './webhook-router.ts'

/** Listens for reviews; `HttpsWebhookServer` of `@kubetape/runtime/node` does over TLS. */
export interface WebhookServer {
  /** Listens and answers. Rejects, with nothing left, when that cannot be. */
  start(router: WebhookRouter, environment: WebhookEnvironment): Promise<void>
  /** Whether reviews are answered. */
  readonly listening: boolean
  /** Takes no more reviews and answers those under way. */
  stop(): Promise<void>
}
