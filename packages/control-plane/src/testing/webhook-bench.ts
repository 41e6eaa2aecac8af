import { afterEach, beforeAll, beforeEach } from '@jest/globals'
import { makeCertificates, type ServingCertificates } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { systemClock } from '@kubetape/determinism'
import { Manager, type ManagerOptions, type Webhook } from '@kubetape/runtime'
import { HttpsWebhookServer, type HttpsWebhookServerOptions } from '@kubetape/runtime/node'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Managers that serve webhooks over TLS, with certificates of their own. */
export class WebhookBench {
  /** Two of different CAs, for this machine. */
  readonly certificates: ServingCertificates[] = []
  #folder = ''
  #managers: Manager[] = []

  /** Where certificates are read. */
  get certDir(): string {
    return join(this.#folder, 'data')
  }

  async issue(): Promise<void> {
    const options = { clock: systemClock(), hosts: ['localhost', '127.0.0.1', 'hooks.default.svc'], admin: { name: 'nobody', groups: [] } }
    this.certificates.push(await makeCertificates(options), await makeCertificates(options))
  }

  begin(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'kubetape-webhooks-'))
  }

  /** Lays a certificate where it is read, as a mounted Secret: behind a symbolic link that is swapped. */
  place({ server }: ServingCertificates, generation: string, key = server.key): void {
    mkdirSync(join(this.#folder, generation))
    writeFileSync(join(this.#folder, generation, 'tls.crt'), server.certificate)
    writeFileSync(join(this.#folder, generation, 'tls.key'), key)
    symlinkSync(generation, join(this.#folder, 'next'))
    renameSync(join(this.#folder, 'next'), this.certDir)
  }

  async serve(client: Client, webhooks: readonly Webhook[], more: HttpsWebhookServerOptions & Partial<ManagerOptions> = {}) {
    const webhookServer = new HttpsWebhookServer({ certDir: this.certDir, port: 0, host: '0.0.0.0', ...more })
    const manager = new Manager({ client, gates: { enabled: () => false }, webhookServer, ...more }).add(...webhooks)
    this.#managers.push(manager)
    await manager.start()
    return { manager, webhookServer, url: `https://127.0.0.1:${webhookServer.port}` }
  }

  async end(): Promise<void> {
    for (const manager of this.#managers) await manager.stop()
    this.#managers = []
    rmSync(this.#folder, { recursive: true })
  }
}

/** A bench that is empty before and after each test. */
export function webhookBench(): WebhookBench {
  const bench = new WebhookBench()
  beforeAll(() => bench.issue())
  beforeEach(() => bench.begin())
  afterEach(() => bench.end())
  return bench
}
