import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { HttpClient } from './http-client.ts'
import { clientFromKubeconfig } from './kubeconfig.ts'
import { loadConfig } from './load-config.ts'
import { clientForServer } from './server-client.ts'
import { TLS } from './testing/played-certificate.ts'
import { json, PlayedServer } from './testing/played-server.ts'

const AT = { namespace: 'ns', name: 'a' }
const OBJECT = { kind: 'ConfigMap', apiVersion: 'v1', metadata: AT }
const base64 = (text: string): string => Buffer.from(text).toString('base64')

let server: PlayedServer
let folder: string
let client: HttpClient | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-tls-'))
  server = await PlayedServer.start(json(200, OBJECT), TLS)
})

afterEach(() => {
  client?.close()
  server.requests.length = 0
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

function kubeconfig(cluster: object, user: object = {}): string {
  const path = join(folder, 'config')
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: server.url, ...cluster } }],
    users: [{ name: 'u', user }],
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

describe('clientForServer() over TLS', () => {
  test('trusts the given authority and shows its certificate, on one connection', async () => {
    client = clientForServer({ url: server.url, ca: TLS.ca, cert: TLS.cert, key: TLS.key })
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
    await client.get(ConfigMap, AT)
    expect(server.requests[0]).toMatchObject({ clientName: 'server' })
    expect(server.requests[1]!.connection).toBe(server.requests[0]!.connection)
  })

  test('trusts nobody else, and no other name', async () => {
    client = clientForServer({ url: server.url })
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({
      code: 'REQUEST_FAILED',
      message: expect.stringContaining('certificate'),
    })
    client = clientForServer({ url: server.url, ca: TLS.ca, serverName: 'other.example' })
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({ code: 'REQUEST_FAILED' })
    client = clientForServer({ url: server.url, ca: TLS.ca, serverName: 'api.example' })
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
  })

  test('trusts anybody when told so', async () => {
    client = clientForServer({ url: server.url, insecureSkipTlsVerify: true })
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
  })

  test('throws when a certificate is no PEM', () => {
    expect(() => clientForServer({ url: server.url, cert: 'nonsense', key: TLS.key })).toThrow()
  })
})

describe('clientFromKubeconfig() over TLS', () => {
  test('takes certificates from the file itself', async () => {
    const path = kubeconfig(
      { 'certificate-authority-data': base64(TLS.ca) },
      { 'client-certificate-data': base64(TLS.cert), 'client-key-data': base64(TLS.key) },
    )
    client = await clientFromKubeconfig({ path })
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
    await client.get(ConfigMap, AT)
    expect(server.requests[0]).toMatchObject({ clientName: 'server' })
    expect(server.requests[1]!.connection).toBe(server.requests[0]!.connection)
  })

  test('takes certificates from files beside it', async () => {
    writeFileSync(join(folder, 'ca.crt'), TLS.ca)
    writeFileSync(join(folder, 'u.crt'), TLS.cert)
    writeFileSync(join(folder, 'u.key'), TLS.key)
    client = await clientFromKubeconfig({
      path: kubeconfig(
        { 'certificate-authority': 'ca.crt', 'tls-server-name': 'api.example' },
        { 'client-certificate': 'u.crt', 'client-key': 'u.key' },
      ),
    })
    await client.get(ConfigMap, AT)
    expect(server.requests[0]).toMatchObject({ clientName: 'server' })
  })

  test('says which file is not there and what is no certificate', async () => {
    await expect(clientFromKubeconfig({ path: kubeconfig({ 'certificate-authority': 'none.crt' }) })).rejects.toThrow(
      `Cannot use kubeconfig "${join(folder, 'config')}": it names "${join(folder, 'none.crt')}", which is not there`,
    )
    await expect(
      clientFromKubeconfig({ path: kubeconfig({}, { 'client-certificate-data': base64('x'), 'client-key-data': base64('y') }) }),
    ).rejects.toThrow('are no valid PEM')
  })

  test('goes through a proxy, on one connection', async () => {
    const proxy = await startProxy()
    try {
      client = await clientFromKubeconfig({ path: kubeconfig({ 'certificate-authority-data': base64(TLS.ca), 'proxy-url': proxy.url }) })
      expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
      await client.get(ConfigMap, AT)
      expect(proxy.targets).toEqual([new URL(server.url).host])
    } finally {
      client?.close()
      proxy.close()
    }
  })
})

describe('loadConfig() in a Pod', () => {
  const pod = () => {
    const { hostname, port } = new URL(server.url)
    const serviceAccountFolder = mkdtempSync(join(folder, 'pod-'))
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, HOME: serviceAccountFolder }
    return { env, serviceAccountFolder, write: (name: string, text: string) => writeFileSync(join(serviceAccountFolder, name), text) }
  }

  test('takes server, authority, namespace and token from the service account, and the token anew every minute', async () => {
    const { env, serviceAccountFolder, write } = pod()
    for (const [name, text] of Object.entries({ 'ca.crt': TLS.ca, namespace: 'ops\n', token: 'one\n' })) write(name, text)
    const config = await loadConfig({ env, serviceAccountFolder })
    expect(config).toMatchObject({ source: 'the service account of this Pod', server: server.url, namespace: 'ops' })
    const clock = new VirtualClock()
    client = await config.client({ clock, requestTimeoutMs: 0 })
    const sent = async () => {
      await client!.get(ConfigMap, AT)
      return server.requests.at(-1)!.headers.authorization
    }
    expect(await sent()).toBe('Bearer one')
    write('token', 'two')
    await clock.advance(59_999)
    expect(await sent()).toBe('Bearer one')
    await clock.advance(1)
    expect(await sent()).toBe('Bearer two')
    // A token that is being replaced is not there for a moment.
    rmSync(join(serviceAccountFolder, 'token'))
    await clock.advance(60_000)
    expect(await sent()).toBe('Bearer two')
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(1)
  })

  test('comes after KUBECONFIG and before the file at home, and says what a Pod lacks', async () => {
    const { env, serviceAccountFolder, write } = pod()
    const missing = (why: string): string =>
      `Cannot find a cluster: KUBECONFIG is not set, ${why}, and there is no "${join(serviceAccountFolder, '.kube', 'config')}"`
    await expect(loadConfig({ env, serviceAccountFolder })).rejects.toThrow(
      missing(`this Pod has no service account token (there is no "${join(serviceAccountFolder, 'token')}")`),
    )
    write('token', '')
    await expect((await loadConfig({ env, serviceAccountFolder })).client()).rejects.toThrow(
      `Cannot use the service account of this Pod: its token file "${join(serviceAccountFolder, 'token')}" is empty`,
    )
    await expect(loadConfig({ env, serviceAccountFolder, context: 'c' })).rejects.toThrow(missing('a Pod knows no context "c"'))
    const path = kubeconfig({})
    expect((await loadConfig({ env: { ...env, KUBECONFIG: path }, serviceAccountFolder })).source).toBe(`kubeconfig "${path}"`)
    expect((await loadConfig({ env, kubeconfig: path, serviceAccountFolder })).namespace).toBe('default')
  })
})

/** A proxy that knows CONNECT alone. */
async function startProxy(): Promise<{ url: string; targets: string[]; close: () => void }> {
  const targets: string[] = []
  const sockets = new Set<Socket>()
  const proxy: Server = createServer()
  proxy.on('connect', (request, socket: Socket) => {
    targets.push(request.url!)
    const [host, port] = request.url!.split(':')
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
    for (const one of [socket, upstream]) {
      sockets.add(one)
      one.on('error', () => undefined)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  }
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, targets, close }
}
