import { expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import { validatingWebhook } from './admission-webhook.ts'
import { ServedWebhooks } from './served-webhooks.ts'
import type { WebhookEnvironment } from './webhook-router.ts'
import type { WebhookServer } from './webhook-server.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const environment: WebhookEnvironment = { clock: new VirtualClock(), log: () => silent }
const allowing = validatingWebhook(ConfigMap, { create: () => undefined })

class SlowServer implements WebhookServer {
  listening = false
  readonly #begun = Promise.withResolvers<void>()

  async start(): Promise<void> {
    await this.#begun.promise
    this.listening = true
  }

  begin(): void {
    this.#begun.resolve()
  }

  stop(): Promise<void> {
    this.listening = false
    return Promise.resolve()
  }
}

test('ServedWebhooks are ready without webhooks, and with some when their server listens', async () => {
  const server = new SlowServer()
  const webhooks = new ServedWebhooks(server, () => environment)
  await webhooks.start()
  expect([webhooks.ready, server.listening]).toEqual([true, false])
  webhooks.add(allowing)
  const started = webhooks.start()
  expect([webhooks.ready, webhooks.all]).toEqual([false, [allowing]])
  server.begin()
  await started
  expect(webhooks.ready).toBe(true)
})

test('ServedWebhooks are answered by nobody when they are stopped before their server listens', async () => {
  const server = new SlowServer()
  const webhooks = new ServedWebhooks(server, () => environment)
  webhooks.add(allowing)
  const started = webhooks.start()
  await webhooks.stop()
  server.begin()
  await started
  expect(server.listening).toBe(false)
})
