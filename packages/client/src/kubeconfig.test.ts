import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { HttpClient } from './http-client.ts'
import { clientFromKubeconfig, type KubeconfigOptions } from './kubeconfig.ts'
import { loadConfig } from './load-config.ts'
import { json, PlayedServer } from './testing/played-server.ts'

const AT = { namespace: 'ns', name: 'a' }

let server: PlayedServer
let folder: string
const clients: HttpClient[] = []

beforeAll(async () => {
  server = await PlayedServer.start(json(200, { kind: 'ConfigMap', apiVersion: 'v1', metadata: AT }))
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'client-kubeconfig-'))
})

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
  server.requests.length = 0
  rmSync(folder, { recursive: true })
})

afterAll(() => server.close())

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** A kubeconfig with one context, cluster and user of these names. */
const config = (name: string, user: string, { current = name, url = server.url } = {}): string => `
apiVersion: v1
kind: Config
current-context: ${JSON.stringify(current)}
contexts: [{ name: ${name}, context: { cluster: ${name}, user: ${name} } }]
clusters: [{ name: ${name}, cluster: { server: "${url}" } }]
users: [{ name: ${name}, user: ${user} }]
`

/** The headers that a request carries. */
async function sent(options: KubeconfigOptions): Promise<Record<string, unknown>> {
  const client = await clientFromKubeconfig({ env: {}, ...options })
  clients.push(client)
  await client.get(ConfigMap, AT)
  return server.requests.at(-1)!.headers
}

describe('clientFromKubeconfig() authenticates', () => {
  test('with a token, over plain HTTP too', async () => {
    expect(await sent({ path: file('c', config('a', '{ token: secret }')), userAgent: 'tester/1' })).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'tester/1',
    })
  })

  test('with a name and a password', async () => {
    expect(await sent({ path: file('c', config('a', '{ username: me, password: word }')) })).toMatchObject({
      authorization: `Basic ${Buffer.from('me:word').toString('base64')}`,
    })
  })

  test('with a token file beside it', async () => {
    file('token', 'from-file')
    expect(await sent({ path: file('c', config('a', '{ tokenFile: token }')) })).toMatchObject({ authorization: 'Bearer from-file' })
  })

  test('as somebody else', async () => {
    const headers = await sent({ path: file('c', config('a', '{ token: t, as: other, as-groups: [g1, g2], as-uid: u }')) })
    expect(headers).toMatchObject({ 'impersonate-user': 'other', 'impersonate-group': 'g1, g2', 'impersonate-uid': 'u' })
  })

  test('with a plugin, which runs once for many requests', async () => {
    const log = join(folder, 'log')
    const credential = JSON.stringify({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      status: { token: 'from-plugin' },
    })
    const plugin = file(
      'plugin.mjs',
      `import { appendFileSync } from 'node:fs'\nappendFileSync(${JSON.stringify(log)}, 'ran\\n')\nconsole.log(${JSON.stringify(credential)})\n`,
    )
    const user = `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(plugin)}] } }`
    const client = await clientFromKubeconfig({ path: file('c', config('a', user)), env: {} })
    clients.push(client)
    await Promise.all([client.get(ConfigMap, AT), client.get(ConfigMap, AT)])
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer from-plugin', 'Bearer from-plugin'])
    expect(readFileSync(log, 'utf8')).toBe('ran\n')
  })

  test('not at all when the context names no user', async () => {
    const path = file('c', config('a', '{ token: t }').replace(', user: a }', ' }'))
    expect(await sent({ path })).not.toHaveProperty('authorization')
  })
})

describe('clientFromKubeconfig() chooses', () => {
  test('the context that is asked for', async () => {
    const text = `
current-context: one
contexts: [{ name: one, context: { cluster: k, user: a } }, { name: two, context: { cluster: k, user: b } }]
clusters: [{ name: k, cluster: { server: "${server.url}" } }]
users: [{ name: a, user: { token: a } }, { name: b, user: { token: b } }]`
    const path = file('c', text)
    expect(await sent({ path })).toMatchObject({ authorization: 'Bearer a' })
    expect(await sent({ path, context: 'two' })).toMatchObject({ authorization: 'Bearer b' })
  })

  test('the first of several files that names something, and skips missing ones', async () => {
    const files = [
      join(folder, 'missing'),
      file('one', config('a', '{ token: first }', { current: '' })),
      file('two', config('a', '{ token: second }')),
      file('three', config('b', '{ token: third }')),
    ]
    const env = { KUBECONFIG: files.join(delimiter) }
    expect(await sent({ env })).toMatchObject({ authorization: 'Bearer first' })
    expect(await sent({ env, context: 'b' })).toMatchObject({ authorization: 'Bearer third' })
  })

  test('the namespace of the context', async () => {
    const path = file('c', config('a', '{}').replace('user: a }', 'user: a, namespace: mine }'))
    expect((await loadConfig({ kubeconfig: path, env: {} })).namespace).toBe('mine')
    expect((await loadConfig({ kubeconfig: file('d', config('a', '{}')), env: {} })).namespace).toBe('default')
  })

  test('~/.kube/config when nothing else is there', async () => {
    mkdirSync(join(folder, '.kube'))
    file('.kube/config', config('a', '{ token: home }'))
    expect(await sent({ env: { HOME: folder } })).toMatchObject({ authorization: 'Bearer home' })
  })
})

describe('clientFromKubeconfig() says what is wrong', () => {
  const refused = async (options: KubeconfigOptions): Promise<string> => {
    const error: unknown = await clientFromKubeconfig({ env: {}, ...options }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'KUBECONFIG' })
    return (error as Error).message
  }

  test('when there is no file', async () => {
    const path = join(folder, 'none')
    expect(await refused({ path })).toBe(`Cannot read kubeconfig "${path}": no such file`)
    expect(await refused({ env: { KUBECONFIG: path } })).toBe(`Cannot read kubeconfig "${path}" of KUBECONFIG: no such file`)
    expect(await refused({ env: { HOME: folder } })).toBe(
      `Cannot find a cluster: KUBECONFIG is not set, this process runs in no Pod, and there is no "${join(folder, '.kube', 'config')}"`,
    )
  })

  test('when the file is empty, no mapping, or no YAML', async () => {
    expect(await refused({ path: file('c', '') })).toMatch(/: it is empty$/)
    expect(await refused({ path: file('c', '- a') })).toMatch(/: it is no mapping$/)
    expect(await refused({ path: file('c', 'a: [') })).toMatch(/^Cannot read kubeconfig ".*c": ./)
    expect(await refused({ path: file('c', 'clusters: [{ name: a, cluster: {} }]') })).toMatch(
      /: clusters\[0\]\.cluster\.server is missing$/,
    )
  })

  test('when a name leads nowhere', async () => {
    const path = file('c', config('a', '{}'))
    expect(await refused({ path, context: 'b' })).toBe(`Cannot use kubeconfig "${path}": there is no context "b"; its contexts are "a"`)
    expect(await refused({ path: file('c', config('a', '{}', { current: '' })) })).toMatch(
      /: no current-context is set; its contexts are "a"$/,
    )
    expect(await refused({ path: file('c', config('a', '{}').replace('user: a', 'user: x')) })).toMatch(
      /: context "a" names the user "x", who is not there$/,
    )
    expect(await refused({ path: file('c', config('a', '{}').replace('cluster: a', 'cluster: x')) })).toMatch(
      /: context "a" names the cluster "x", which is not there$/,
    )
    expect(await refused({ path: file('c', '{}') })).toMatch(/: no current-context is set; it has no contexts$/)
  })

  test('when the server has no URL to speak of', async () => {
    expect(await refused({ path: file('c', config('a', '{}', { url: 'ftp://x' })) })).toMatch(
      /: Cannot use the server URL "ftp:\/\/x": it is neither http nor https$/,
    )
  })

  test('when a plugin fails, and a later failure is that of a request', async () => {
    const clock = new VirtualClock()
    const plugin = file(
      'plugin.mjs',
      `import { existsSync } from 'node:fs'
if (existsSync(${JSON.stringify(join(folder, 'broken'))})) { console.error('no login'); process.exit(1) }
console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: 't', expirationTimestamp: '2000-01-01T00:00:00Z' } }))`,
    )
    const path = file('c', config('a', `{ exec: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(plugin)}] } }`))
    const client = await clientFromKubeconfig({ path, env: {}, clock })
    clients.push(client)
    file('broken', '')
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({ code: 'REQUEST_FAILED', message: expect.stringContaining('no login') })
    expect(await refused({ path })).toBe(`Cannot use kubeconfig "${path}": no login`)
  })
})
