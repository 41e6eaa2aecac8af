import { createServer } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { httpReviewTransport } from './review-transport.ts'
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts'

const config = (cluster: object, user: object = {}): string =>
  JSON.stringify({
    clusters: [{ name: 'w', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'w', user: 'u' } }],
    'current-context': 'c',
  })
const FILE = '/etc/hook/kubeconfig'
const read = (text: string): ReturnType<typeof readWebhookKubeconfig> =>
  readWebhookKubeconfig(FILE, (path) => (path === FILE ? text : `content of ${path}`))

describe('readWebhookKubeconfig()', () => {
  test('finds where the webhook is and how to prove oneself', () => {
    const connection = read(
      config(
        { server: 'https://w.example.com/x', 'tls-server-name': 'inner', 'insecure-skip-tls-verify': true },
        { 'client-certificate': '/c', 'client-key-data': Buffer.from('KEY').toString('base64'), tokenFile: 't' },
      ),
    )
    expect(connection).toEqual({
      url: new URL('https://w.example.com/x'),
      insecure: true,
      serverName: 'inner',
      certificate: 'content of /c',
      key: 'KEY',
      authorization: 'Bearer content of /etc/hook/t',
    })
    expect(read(config({ server: 'http://w' }, { username: 'a', password: 'b' })).authorization).toBe('Basic YTpi')
  })

  test.each([
    ['current-context: x', 'it has no context "x", its current one'],
    ['clusters: []', 'Cannot use the webhook\'s kubeconfig "/etc/hook/kubeconfig": it has no current-context'],
    ['', 'it is no kubeconfig'],
    ['{ not yaml', 'Flow map must end with a }'],
    [config({ server: 'nowhere' }), 'its server is "nowhere", not a URL'],
    [config({ server: 'https://w', 'certificate-authority': '/ca' }), 'its certificate authority is no PEM certificate'],
  ])('refuses %s', (text, why) => {
    expect(() => read(text)).toThrow(why)
  })
})

describe('httpReviewTransport()', () => {
  test('posts the review with the credentials and reads the answer', async () => {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => response.writeHead(201).end(`${request.method} ${request.url} ${request.headers.authorization} ${body}`))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const post = httpReviewTransport(read(config({ server: `http://127.0.0.1:${port}/x` }, { token: 't' })))
      expect(await post('{}', new AbortController().signal)).toEqual({ code: 201, body: 'POST /x Bearer t {}' })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
