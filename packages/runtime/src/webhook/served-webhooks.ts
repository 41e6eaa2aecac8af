import { type Webhook, type WebhookEnvironment, WebhookRouter } from './webhook-router.ts'
import type { WebhookServer } from './webhook-server.ts'

/** The webhooks of a Manager, and the server that answers for them. */
export class ServedWebhooks {
  readonly #server: WebhookServer | undefined
  readonly #environment: () => WebhookEnvironment
  readonly #webhooks: Webhook[] = []
  #isStopped = false

  constructor(server: WebhookServer | undefined, environment: () => WebhookEnvironment) {
    this.#server = server
    this.#environment = environment
  }

  get all(): readonly Webhook[] {
    return this.#webhooks
  }

  /** Whether reviews are answered, or nobody asks for any. */
  get ready(): boolean {
    return this.#webhooks.length === 0 || this.#server?.listening === true
  }

  add(webhook: Webhook): void {
    this.#webhooks.push(webhook)
  }

  /** Resolves when reviews are answered. Rejects when they cannot be. */
  async start(): Promise<void> {
    if (this.#webhooks.length === 0) return
    if (this.#server === undefined) throw new Error('Cannot serve webhooks: the manager was made without a webhookServer')
    const environment = this.#environment()
    await this.#server.start(new WebhookRouter(this.#webhooks, environment), environment)
    // It may have been stopped before it listened.
    if (this.#isStopped) await this.#server.stop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#server?.stop()
  }
}
