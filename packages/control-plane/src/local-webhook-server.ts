import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '@kubetape/api/kinds'
import { isNotFound } from '@kubetape/apimachinery'
import { makeCertificates } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { type Clock, systemClock } from '@kubetape/determinism'
import { registerWebhooks, type Webhook, type WebhookEnvironment, type WebhookRouter, type WebhookServer } from '@kubetape/runtime'
import { HttpsWebhookServer } from '@kubetape/runtime/node'

const HOST = '127.0.0.1'

export interface LocalWebhookServerOptions {
  /** A client of the API server that is to ask: one in this process or on this machine. */
  readonly client: Client
  /** What is registered there; the same that the Manager has. */
  readonly webhooks: readonly Webhook[]
  /** Name of the configurations. */
  readonly name: string
  readonly clock?: Clock
}

/**
 * Serves webhooks to an API server on this machine, with a certificate of its own: they are registered when they are answered, and taken back before
 * they are not any more. Conversions stay registered with their definitions. What a process that was killed left registered, `withdraw` takes back.
 */
export class LocalWebhookServer implements WebhookServer {
  readonly #options: LocalWebhookServerOptions
  #server: HttpsWebhookServer | undefined
  #certDir: string | undefined

  constructor(options: LocalWebhookServerOptions) {
    this.#options = options
  }

  get listening(): boolean {
    return this.#server?.listening ?? false
  }

  async start(router: WebhookRouter, environment: WebhookEnvironment): Promise<void> {
    const { client, webhooks, name, clock = systemClock() } = this.#options
    const { ca, server: pair } = await makeCertificates({ clock, hosts: [HOST], admin: { name, groups: [] } })
    this.#certDir = mkdtempSync(join(tmpdir(), 'kubetape-webhooks-'))
    writeFileSync(join(this.#certDir, 'tls.crt'), pair.certificate, { mode: 0o600 })
    writeFileSync(join(this.#certDir, 'tls.key'), pair.key, { mode: 0o600 })
    this.#server = new HttpsWebhookServer({ certDir: this.#certDir, host: HOST, port: 0 })
    await this.#server.start(router, environment)
    await registerWebhooks(client, webhooks, { name, url: `https://${HOST}:${this.#server.port}`, caBundle: ca })
  }

  async stop(): Promise<void> {
    if (this.listening) await this.withdraw()
    await this.#server?.stop()
    if (this.#certDir !== undefined) rmSync(this.#certDir, { recursive: true, force: true })
  }

  /** Deletes the configurations of this name, where there are any. */
  async withdraw(): Promise<void> {
    const { client, name } = this.#options
    for (const kind of [ValidatingWebhookConfiguration, MutatingWebhookConfiguration])
      await client.delete(kind, { name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  }
}
