import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../testing/test-server.ts'

async function withConfigMap(): Promise<{ server: TestServer; made: KubeObject }> {
  const server = await TestServer.start()
  const { body } = await server.create('configmaps', { metadata: { name: 'one' }, data: { a: '1' } })
  return { server, made: body }
}

describe('updateFromRequest()', () => {
  test('replaces the object and keeps what the server owns', async () => {
    const { server, made } = await withConfigMap()
    const { code, body } = await server.update('configmaps/one', { metadata: { name: 'one' }, data: { b: '2' } })
    expect(code).toBe(200)
    expect(body['data']).toEqual({ b: '2' })
    expect(body.metadata).toMatchObject({ uid: made.metadata!.uid, creationTimestamp: made.metadata!.creationTimestamp })
    expect(Number(body.metadata!.resourceVersion)).toBeGreaterThan(Number(made.metadata!.resourceVersion))
  })

  test('writes nothing when nothing changes', async () => {
    const { server, made } = await withConfigMap()
    const before = server.storage.revision
    expect((await server.update('configmaps/one', structuredClone(made))).body).toEqual(made)
    expect(server.storage.revision).toBe(before)
  })

  test('refuses another resourceVersion than the newest', async () => {
    const { server, made } = await withConfigMap()
    await server.patch('configmaps/one', 'merge', { data: { b: '2' } })
    const { code, body } = await server.update('configmaps/one', { ...structuredClone(made), data: {} })
    expect([code, body.message]).toEqual([
      409,
      'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
    ])
    expect((await server.update('configmaps/one', { metadata: { name: 'one', resourceVersion: 'x' } })).code).toBe(500)
  })

  test('lets all of several patches at once through', async () => {
    const { server } = await withConfigMap()
    const answers = await Promise.all([1, 2, 3, 4, 5].map((at) => server.patch('configmaps/one', 'merge', { data: { [`k${at}`]: 'v' } })))
    expect(answers.map(({ code }) => code)).toEqual([200, 200, 200, 200, 200])
    expect(Object.keys((await server.get('configmaps/one')).body['data'] as object)).toHaveLength(6)
  })

  test('lets one of several PUTs of one version through', async () => {
    const { server, made } = await withConfigMap()
    const answers = await Promise.all(
      [1, 2, 3].map((at) => server.update('configmaps/one', { ...structuredClone(made), data: { at: String(at) } })),
    )
    expect(answers.map(({ code }) => code).sort()).toEqual([200, 409, 409])
  })

  test('refuses a PUT with the uid of another object, and of one that is gone', async () => {
    const { server } = await withConfigMap()
    const put = (name: string): Promise<string | undefined> =>
      server.update(`configmaps/${name}`, { metadata: { name, uid: 'other' } }).then(({ body }) => body.message)
    expect(await put('one')).toMatch(
      /StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/default\/one, .*UID in precondition: other, UID in object meta: [0-9a-f-]{36}$/,
    )
    expect(await put('none')).toMatch(/UID in object meta: $/)
  })

  test('repeats the causes of bad metadata as often as upstream does', async () => {
    const { server } = await withConfigMap()
    const { body } = await server.patch('configmaps/one', 'merge', { metadata: { labels: { x: 'not valid!' } } })
    expect(body.details!.causes).toHaveLength(4)
    expect(body.message!.match(/a valid label must be/g)).toHaveLength(1)
    expect((await server.patch('configmaps/one', 'merge', { metadata: { uid: 'x' } })).body.details!.causes).toHaveLength(2)
  })

  test('creates with PUT only where the kind allows it', async () => {
    const { server } = await withConfigMap()
    expect((await server.update('configmaps/none', { metadata: { name: 'none' } })).code).toBe(404)
    expect((await server.update('endpoints/fresh', { metadata: { name: 'fresh' } })).code).toBe(201)
    expect((await server.update('coordination.k8s.io/v1/leases/l', { metadata: { name: 'l' }, spec: {} })).code).toBe(201)
    expect((await server.update('coordination.k8s.io/v1/leases/l', { metadata: { name: 'l' }, spec: {} })).body.message).toContain(
      'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    )
  })

  test('refuses another name than the URL says', async () => {
    const { server } = await withConfigMap()
    expect((await server.update('configmaps/one', { metadata: { name: 'two' } })).body.message).toBe(
      'the name of the object (two) does not match the name on the URL (one)',
    )
  })

  test('removes the object with its last finalizer', async () => {
    const { server } = await withConfigMap()
    await server.patch('configmaps/one', 'merge', { metadata: { finalizers: ['example.com/hold'] } })
    await server.delete('configmaps/one')
    const { events } = server.watch('configmaps', { resourceVersion: String(server.storage.revision) })
    expect((await server.patch('configmaps/one', 'merge', { metadata: { finalizers: null } })).code).toBe(200)
    expect(events.map(({ type }) => type)).toEqual(['DELETED'])
    expect((await server.get('configmaps/one')).code).toBe(404)
  })

  test('changes only status and metadata through the status of a kind without a strategy', async () => {
    const server = await TestServer.start({ runtimeConfig: { 'resource.k8s.io/v1alpha3': 'true' } })
    const claims = 'resource.k8s.io/v1alpha3/resourceclaims'
    await server.create(claims, { metadata: { name: 'c' }, spec: { controller: 'a.example' } })
    const status = { deallocationRequested: true }
    const { body } = await server.patch(`${claims}/c/status`, 'merge', {
      metadata: { labels: { a: 'b' } },
      spec: { controller: 'b.example' },
      status,
    })
    expect(body).toMatchObject({ spec: { controller: 'a.example' }, status })
    expect(body.metadata!.labels).toEqual({ a: 'b' })
  })

  test('leaves metadata alone where the status of the kind does', async () => {
    const { server } = await withConfigMap()
    const spec = { priorityLevelConfiguration: { name: 'exempt' } }
    await server.create('flowcontrol.apiserver.k8s.io/v1/flowschemas', { metadata: { name: 'f', labels: { a: 'b' } }, spec })
    const patch = { metadata: { labels: { a: 'c' }, finalizers: ['x/y'] }, status: { conditions: [{ type: 'Dangling', status: 'False' }] } }
    const { body } = await server.patch('flowcontrol.apiserver.k8s.io/v1/flowschemas/f/status', 'merge', patch)
    expect(body).toMatchObject({ metadata: { labels: { a: 'b' } }, status: { conditions: [{ type: 'Dangling' }] } })
    expect(body.metadata!.finalizers).toBeUndefined()
  })

  test('lets only those make an object by a PUT or an apply who may create it', async () => {
    const server = await TestServer.start({
      authorizer: { authorize: ({ verb }) => ({ verdict: verb === 'create' ? 'no-opinion' : 'allow', reason: '' }) },
    })
    const lease = { metadata: { name: 'l' }, spec: {} }
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }
    expect([
      (await server.update('coordination.k8s.io/v1/leases/l', lease)).code,
      (await server.patch('configmaps/c', 'apply', applied, { fieldManager: 'm' })).body.message,
    ]).toEqual([
      403,
      'configmaps "c" is forbidden: User "admin" cannot create resource "configmaps" in API group "" in the namespace "default"',
    ])
  })
})
