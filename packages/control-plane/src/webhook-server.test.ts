import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import type { Client } from '@kubetape/client'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Manager, validatingWebhook } from '@kubetape/runtime'
import { unlinkSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { webhookBench } from './testing/webhook-bench.ts'

const bench = webhookBench()
const first = () => bench.certificates[0]!
const second = () => bench.certificates[1]!

describe('HttpsWebhookServer', () => {
  const api = {} as Client
  const allowing = validatingWebhook(ConfigMap, { create: () => undefined })
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

  test('uses a new certificate without a restart, and keeps the old one while the files do not fit', async () => {
    bench.place(first(), 'a')
    const clock = new VirtualClock()
    const errors: unknown[] = []
    const log = () => ({ ...silent, error: (message: string, fields: unknown) => void errors.push(message, fields) })
    const { url } = await bench.serve(api, [allowing], { clock, log })
    const kept = await handshake(url, first().ca)
    expect(await post(url, first().ca)).toBe(400)
    bench.place(second(), 'b', first().server.key)
    await lookingUntil(clock, () => errors.length > 0)
    for (let round = 0; round < 3; round++) await look(clock)
    expect(await post(url, first().ca)).toBe(400)
    expect(errors).toEqual([
      'the certificate of the webhooks is kept',
      { error: expect.stringContaining('Cannot use the certificate in ') },
    ])
    bench.place(second(), 'c')
    await lookingUntil(clock, () => post(url, second().ca).then(Boolean, () => false))
    await expect(post(url, first().ca)).rejects.toThrow('certificate signature failure')
    unlinkSync(bench.certDir)
    await lookingUntil(clock, () => errors.length > 2)
    expect(await post(url, second().ca)).toBe(400)
    expect(errors).toHaveLength(4)
    kept.destroy()
  })

  test('speaks TLS 1.2 and newer, and nothing without TLS', async () => {
    bench.place(first(), 'a')
    const failures: string[] = []
    const log = () => ({ ...silent, debug: (message: string) => void failures.push(message), error: () => undefined })
    const { url } = await bench.serve(api, [allowing], { log })
    await expect(handshake(url, first().ca, 'TLSv1.1')).rejects.toThrow()
    const socket = await handshake(url, first().ca, 'TLSv1.2')
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.2', 'http/1.1'])
    socket.destroy()
    const plain = connectTcp(Number(new URL(url).port), '127.0.0.1')
    plain.end('POST / HTTP/1.1\r\n\r\n')
    plain.resume()
    await new Promise((resolve) => plain.once('close', resolve))
    await until(() => failures.length === 2)
    expect(failures).toEqual(Array(2).fill('a TLS handshake failed'))
    expect(await post(url, first().ca)).toBe(400)
  })

  test('answers reviews under way before it stops, and is ready until then', async () => {
    bench.place(first(), 'a')
    let finish: () => void = () => undefined
    const slow = validatingWebhook(ConfigMap, { create: () => new Promise<undefined>((resolve) => (finish = () => resolve(undefined))) })
    const { manager, webhookServer, url } = await bench.serve(api, [slow])
    const asked = post(url, first().ca, review())
    await until(() => String(finish).includes('resolve'))
    const stopped = manager.stop()
    expect([manager.ready, webhookServer.listening]).toEqual([false, true])
    await until(() => !webhookServer.listening)
    await expect(post(url, first().ca)).rejects.toThrow('ECONNREFUSED')
    finish()
    expect(await asked).toBe(200)
    await stopped
  })

  test('cuts what does not end in time, and tells the handler of whoever left', async () => {
    bench.place(first(), 'a')
    const clock = new VirtualClock()
    let signal: AbortSignal | undefined
    const endless = validatingWebhook(ConfigMap, { create: (_, context) => new Promise<undefined>(() => (signal = context.signal)) })
    const { manager, url } = await bench.serve(api, [endless], { clock, stopMs: 5000 })
    const asked = post(url, first().ca, review())
    await until(() => signal !== undefined)
    const stopped = manager.stop()
    await Promise.all([expect(asked).rejects.toThrow('socket hang up'), clock.advance(5000)])
    await stopped
    await until(() => signal!.aborted)
    expect(signal!.reason).toMatchObject({ message: 'the API server waits no longer' })
  })

  test('refuses a review that is too long', async () => {
    bench.place(first(), 'a')
    const { url } = await bench.serve(api, [allowing])
    expect(await post(url, first().ca, 'x'.repeat(8 * 1024 * 1024))).toBe(413)
  })

  test('is not started without a certificate, twice, or for nobody', async () => {
    await expect(bench.serve(api, [allowing])).rejects.toThrow(`Cannot read ${join(bench.certDir, 'tls.crt')}: ENOENT`)
    bench.place(first(), 'a')
    const { webhookServer } = await bench.serve(api, [allowing])
    await expect(bench.serve(api, [allowing], { port: webhookServer.port })).rejects.toThrow('EADDRINUSE')
    const without = new Manager({ client: api, gates: { enabled: () => false } }).add(allowing)
    await expect(without.start()).rejects.toThrow('Cannot serve webhooks: the manager was made without a webhookServer')
    expect(without.ready).toBe(false)
  })
})

/** Lets the server look at its files. Reading takes real time; the next look is planned when it is done. */
async function look(clock: VirtualClock): Promise<void> {
  await clock.advance(10_000)
  await new Promise((resolve) => systemClock().setTimer(() => resolve(undefined), 20))
}

async function lookingUntil(clock: VirtualClock, done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await look(clock)
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => systemClock().defer(() => resolve(undefined)))
}

function review(): string {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }
  const kind = { group: '', version: 'v1', kind: 'ConfigMap' }
  const asked = { uid: 'u', kind, operation: 'CREATE', userInfo: {}, object }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: asked })
}

/** The code that a body is answered with. */
function post(url: string, ca: string, body = '{}'): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/validate--v1-configmap`, { method: 'POST', ca, headers, agent: false }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode!))
      answer.once('error', reject)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

function handshake(url: string, ca: string, version?: 'TLSv1.1' | 'TLSv1.2'): Promise<ReturnType<typeof connect>> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: Number(new URL(url).port),
        ca,
        ALPNProtocols: ['h2', 'http/1.1'],
        ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      },
      () => resolve(socket),
    )
    socket.once('error', reject)
  })
}
