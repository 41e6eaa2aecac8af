import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemClock } from '@kubetape/determinism'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'
import { makeCertificates, type ServingCertificates } from './certificates.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'everything' }
const JANE = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }

let certificates: ServingCertificates
let server: WireServer
let secure: WireServer
beforeAll(async () => {
  certificates = await makeCertificates({ clock: systemClock(), hosts: ['127.0.0.1'], admin: { name: 'admin', groups: [] } })
  ;[server, secure] = await Promise.all([startWireServer(), startWireServer(certificates)])
  // Jane may do everything in the namespace `default`, and nothing outside of it.
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
  await server.fetch(`${RBAC}/namespaces/default/roles`, { method: 'POST', body: { metadata: { name: 'everything' }, rules } })
  const binding = { metadata: { name: 'everything' }, roleRef: ROLE_REF, subjects: [JANE] }
  await server.fetch(`${RBAC}/namespaces/default/rolebindings`, { method: 'POST', body: binding })
})
afterAll(async () => {
  await Promise.all([server.close(), secure.close()])
})

describe('a path through a namespace', () => {
  test.each([
    ['GET', '/api/v1/namespaces/default/nodes'],
    ['GET', '/api/v1/namespaces/default/nodes?watch=1'],
    ['GET', '/api/v1/watch/namespaces/default/nodes'],
    ['GET', '/api/v1/namespaces/default/namespaces'],
    ['GET', '/api/v1/namespaces/default/namespaces/kube-system'],
    ['GET', `${RBAC}/namespaces/default/clusterroles/default`],
    ['DELETE', `${RBAC}/namespaces/default/clusterroles`],
    ['POST', '/api/v1/namespaces/default/namespaces'],
    ['PUT', '/api/v1/namespaces/default/nodes/default'],
    ['PATCH', '/api/v1/namespaces/default/nodes/default/status'],
  ])('leads to nothing of the cluster: %s %s', async (method, path) => {
    const answer = await server.fetch(path, { method, token: 'jane', ...(method === 'GET' ? {} : { body: { metadata: { name: 'x' } } }) })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ message: 'the server could not find the requested resource', reason: 'NotFound' })
  })

  test('still leads to the namespace itself, and to what is in it', async () => {
    const codes = ['/api/v1/namespaces/default', '/api/v1/namespaces/default/configmaps'].map(
      async (path) => (await server.fetch(path, { token: 'jane' })).status,
    )
    expect(await Promise.all(codes)).toEqual([200, 200])
  })
})

describe('methods of HTTP/2', () => {
  /** The status of a request with a method of her own making. */
  async function status(method: string): Promise<number> {
    const session = connectHttp2(secure.url, { ca: certificates.ca })
    const stream = session.request({ ':method': method, ':path': '/api/v1/namespaces/default/configmaps', authorization: 'Bearer admin' })
    stream.end()
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    session.destroy()
    return Number(headers[':status'])
  }

  test.each(['LIST', 'watch', 'CREATE', 'deletecollection', 'constructor', '__proto__'])('%s is no verb', async (method) => {
    expect(await status(method)).toBe(405)
  })

  test('GET is one', async () => expect(await status('GET')).toBe(200))
})

describe('a request with thousands of headers', () => {
  const junk = Array.from({ length: 3000 }, (_, at) => `x-${at}: 1\r\n`).join('')
  const head = `GET /api/v1/nodes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer admin\r\n${junk}`

  test.each([
    ['plain HTTP', false],
    ['TLS', true],
  ])('is acted on as the last of them says, over %s', async (_, isSecure) => {
    const { hostname, port } = new URL(isSecure ? secure.url : server.url)
    const socket = isSecure
      ? connectTls({ port: Number(port), host: hostname, ca: certificates.ca, ALPNProtocols: ['http/1.1'] })
      : connect(Number(port), hostname)
    let text = ''
    socket.on('data', (data: Buffer) => (text += data.toString()))
    await once(socket, isSecure ? 'secureConnect' : 'connect')
    socket.write(`${head}Impersonate-User: nobody\r\n\r\n`)
    await once(socket, 'close')
    expect(text).toContain('HTTP/1.1 403')
    expect(text).toContain('User \\"nobody\\" cannot list resource \\"nodes\\"')
  })
})
