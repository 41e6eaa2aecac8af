import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'

const configMap = (name: string, more: object = {}): object => ({ metadata: { name, ...more }, data: { a: '1' } })

describe('createFromRequest()', () => {
  test('stores an object with what only the server sets', async () => {
    const server = await TestServer.start()
    const { code, body } = await server.create('configmaps', {
      metadata: { name: 'one', uid: 'mine', deletionTimestamp: '2020-01-01T00:00:00Z' },
    })
    expect(code).toBe(201)
    expect(body.metadata).toMatchObject({ name: 'one', namespace: 'default', resourceVersion: '2' })
    expect(body.metadata!.uid).not.toBe('mine')
    expect(body.metadata!.deletionTimestamp).toBeUndefined()
    expect((await server.get('configmaps/one')).body).toEqual(body)
  })

  test('makes a name from generateName, and another when that is taken', async () => {
    const server = await TestServer.start()
    const names = new Set<string>()
    for (let at = 0; at < 5; at++)
      names.add((await server.create('configmaps', { metadata: { generateName: 'cm-' } })).body.metadata!.name!)
    expect(names.size).toBe(5)
    for (const name of names) expect(name).toMatch(/^cm-[a-z0-9]{5}$/)
  })

  test('refuses a taken name, and says so when what has it is on its way out', async () => {
    const server = await TestServer.start()
    await server.create('configmaps', configMap('one', { finalizers: ['example.com/hold'] }))
    expect(await server.create('configmaps', configMap('one'))).toMatchObject({
      code: 409,
      body: { reason: 'AlreadyExists', message: 'configmaps "one" already exists' },
    })
    await server.delete('configmaps/one')
    expect((await server.create('configmaps', configMap('one'))).body.message).toBe(
      'object is being deleted: configmaps "one" already exists',
    )
  })

  test('takes repeated owner references out and warns of them', async () => {
    const server = await TestServer.start()
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }
    const { body, warnings } = await server.create(
      'configmaps',
      configMap('one', { ownerReferences: [owner, owner, { ...owner, controller: true }] }),
    )
    expect(body.metadata!.ownerReferences).toEqual([owner, { ...owner, controller: true }])
    expect(warnings).toEqual([expect.stringContaining('duplicate UID(s) observed: u')])
  })

  test('drops a status that its creator sends, except of the kinds that keep it', async () => {
    const server = await TestServer.start({ runtimeConfig: { 'networking.k8s.io/v1beta1': 'true' } })
    const made = await server.create('services', {
      metadata: { name: 'v' },
      spec: { externalName: 'a.example', type: 'ExternalName' },
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
    })
    expect(made.body['status']).toEqual({ loadBalancer: {} })
    const conditions = [{ type: 'Ready', status: 'True', reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }]
    const range = await server.create('networking.k8s.io/v1beta1/servicecidrs', {
      metadata: { name: 's' },
      spec: { cidrs: ['10.0.0.0/24'] },
      status: { conditions },
    })
    expect(range.body['status']).toEqual({ conditions })
  })

  test('stores nothing in a dry run', async () => {
    const server = await TestServer.start()
    const before = server.storage.revision
    expect((await server.create('configmaps', configMap('one'), { dryRun: ['All'] })).code).toBe(201)
    expect(server.storage.revision).toBe(before)
  })

  test.each([
    [
      'a resourceVersion',
      { metadata: { name: 'a', resourceVersion: '5' } },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'another namespace',
      { metadata: { name: 'a', namespace: 'b' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    ['no name', {}, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
    [
      'another kind',
      { kind: 'Pod', metadata: { name: 'a' } },
      400,
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    ],
  ])('refuses %s', async (_, body, code, message) => {
    const server = await TestServer.start()
    expect(await server.create('configmaps', body)).toMatchObject({ code, body: { message } })
  })

  test('refuses a namespace that is not there before it validates', async () => {
    const server = new TestServer()
    expect((await server.create('configmaps', { metadata: { name: 'Not Valid' } })).body.message).toBe('namespaces "default" not found')
  })

  test('says what fieldValidation finds in a text', async () => {
    const server = await TestServer.start()
    const text = '{"metadata":{"name":"one"},"data":{"a":"1","a":"2"},"more":1}'
    const found = ['duplicate field "data.a"', 'unknown field "more"']
    expect((await server.create('configmaps', text, { fieldValidation: 'Strict' })).body.message).toBe(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${found.join(', ')}`,
    )
    expect((await server.create('configmaps', text, { fieldValidation: 'Ignore', dryRun: ['All'] })).warnings).toEqual([])
    expect((await server.create('configmaps', text)).warnings).toEqual(found)
  })
})
