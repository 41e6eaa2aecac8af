import { afterEach, describe, expect, test } from '@jest/globals'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@kubetape/determinism'
import { makeCertificates } from '../../http/certificates.ts'
import { HttpsTransport } from './https-transport.ts'
import { WEBHOOK_ANSWER_BYTES_MAX, type WebhookTarget } from './webhook-transport.ts'

describe('HttpsTransport', () => {
  const transport = new HttpsTransport()
  let server: Server | undefined
  const sockets = new Set<unknown>()
  afterEach(() => {
    transport.close()
    server?.closeAllConnections()
    server?.close()
    sockets.clear()
  })

  async function listen(): Promise<WebhookTarget> {
    const { ca, server: pair } = await makeCertificates({
      clock: systemClock(),
      hosts: ['hook.ns.svc'],
      admin: { name: 'a', groups: [] },
    })
    server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
      sockets.add(request.socket)
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        if (request.url === '/large') return response.end(Buffer.alloc(WEBHOOK_ANSWER_BYTES_MAX + 1))
        if (request.url === '/away') return response.writeHead(302, { location: '/' }).end()
        return response.end(`${request.method} ${request.headers.host} ${body}`)
      })
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { host: '127.0.0.1', port, serverName: 'hook.ns.svc', ca, path: '/' }
  }

  const never = new AbortController().signal

  test('sends to the name of the Service and keeps its connection', async () => {
    const target = await listen()
    expect(await transport.post(target, 'a', never)).toEqual({ code: 200, body: 'POST hook.ns.svc a' })
    await transport.post(target, 'b', never)
    expect(sockets.size).toBe(1)
  })

  test('follows no redirect and reads no more than it should', async () => {
    const target = await listen()
    expect((await transport.post({ ...target, path: '/away' }, '', never)).code).toBe(302)
    await expect(transport.post({ ...target, path: '/large' }, '', never)).rejects.toThrow('response body too large')
  })

  test('says in upstream’s words why it cannot ask', async () => {
    const target = await listen()
    await expect(transport.post({ ...target, ca: undefined }, '', never)).rejects.toThrow(
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    )
    await expect(transport.post({ ...target, serverName: 'other.ns.svc' }, '', never)).rejects.toThrow(
      /^tls: failed to verify certificate: x509: certificate is valid for .*hook\.ns\.svc.*, not other\.ns\.svc$/,
    )
    await expect(transport.post({ ...target, port: 1 }, '', never)).rejects.toThrow('dial tcp 127.0.0.1:1: connect: connection refused')
  })
})
