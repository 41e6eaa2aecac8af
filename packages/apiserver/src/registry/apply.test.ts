import { describe, expect, test } from '@jest/globals'
import type { KubeObject, ManagedFieldsEntry } from '@kubetape/apimachinery'
import type { RequestOptions } from '../request/api-request.ts'
import { type TestAnswer, TestServer } from '../testing/test-server.ts'

type Body = Record<string, unknown>

const configMap = (data?: unknown, metadata: Body = {}): Body => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', ...metadata },
  ...(data === undefined ? {} : { data }),
})

function apply(
  server: TestServer,
  manager: string,
  body: Body,
  target = 'configmaps/one',
  options: RequestOptions = {},
): Promise<TestAnswer> {
  return server.patch(target, 'apply', body, { fieldManager: manager, ...options })
}

const entriesOf = ({ body }: TestAnswer): readonly ManagedFieldsEntry[] => body.metadata?.managedFields ?? []

const ownersOf = (answer: TestAnswer): Body => Object.fromEntries(entriesOf(answer).map((entry) => [entry.manager, entry.fieldsV1])) as Body

describe('applyDraft() of what is not there', () => {
  test('creates the object and owns what was said', async () => {
    const server = await TestServer.start()
    const answer = await apply(server, 'first', configMap({ a: '1' }, { labels: { l: '1' } }))
    expect(answer.code).toBe(201)
    expect(ownersOf(answer)).toEqual({ first: { 'f:metadata': { 'f:labels': { 'f:l': {} } }, 'f:data': { 'f:a': {} } } })
  })

  test.each<[string, Body, string, number, string | undefined]>([
    [
      'without its name',
      configMap({}, { name: undefined }),
      'configmaps/one',
      400,
      'the name of the object (one based on URL) was undeterminable: name must be provided',
    ],
    [
      'under another name',
      configMap({}, { name: 'two' }),
      'configmaps/one',
      400,
      'the name of the object (two) does not match the name on the URL (one)',
    ],
    [
      'with a uid',
      configMap({}, { uid: 'u' }),
      'configmaps/one',
      409,
      'Operation cannot be fulfilled on configmaps "one": uid mismatch: the provided object specified uid u, and no existing object was found',
    ],
    ['through a subresource', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' } }, 'pods/one/status', 404, 'pods "one" not found'],
    ['with a resourceVersion, which is not looked at', configMap({}, { resourceVersion: '7' }), 'configmaps/one', 201, undefined],
  ])('answers one %s', async (_, body, target, code, message) => {
    const answer = await apply(await TestServer.start(), 'm', body, target)
    expect([answer.code, answer.body.message]).toEqual([code, message])
  })

  test('merges what comes at the same time', async () => {
    const server = await TestServer.start()
    const both = await Promise.all([apply(server, 'one', configMap({ a: '1' })), apply(server, 'two', configMap({ b: '1' }))])
    expect(both.map(({ code }) => code).sort()).toEqual([200, 201])
    const now = await server.get('configmaps/one')
    expect([now.body['data'], ownersOf(now)]).toEqual([
      { a: '1', b: '1' },
      { one: { 'f:data': { 'f:a': {} } }, two: { 'f:data': { 'f:b': {} } } },
    ])
  })

  test('keeps nothing of a dry run', async () => {
    const server = await TestServer.start()
    expect((await apply(server, 'm', configMap({ a: '1' }), undefined, { dryRun: ['All'] })).code).toBe(201)
    expect((await server.get('configmaps/one')).code).toBe(404)
  })
})

describe('applyDraft() of what is there', () => {
  test('refuses to change what another owns, and takes it over by force', async () => {
    const server = await TestServer.start()
    await apply(server, 'first', configMap({ a: '1', b: '1' }))
    const refused = await apply(server, 'second', configMap({ a: '2', b: '2' }))
    expect(refused).toMatchObject({
      code: 409,
      body: {
        message: 'Apply failed with 2 conflicts: conflicts with "first":\n- .data.a\n- .data.b',
        details: { causes: [{ field: '.data.a', message: 'conflict with "first"', reason: 'FieldManagerConflict' }, { field: '.data.b' }] },
      },
    })
    const forced = await apply(server, 'second', configMap({ a: '2' }), undefined, { force: true })
    expect(forced.body['data']).toEqual({ a: '2', b: '1' })
    expect(ownersOf(forced)).toEqual({ first: { 'f:data': { 'f:b': {} } }, second: { 'f:data': { 'f:a': {} } } })
  })

  test('names updaters with their version and subresource', async () => {
    const server = await TestServer.start()
    const spec = { containers: [{ name: 'c', image: 'x' }] }
    await server.create('pods', { metadata: { name: 'p', labels: { l: '1' } }, spec }, { fieldManager: 'maker' })
    await server.patch('pods/p/status', 'merge', { status: { message: 'm' } }, { fieldManager: 'kubelet' })
    const pod = (rest: Body): Body => ({ apiVersion: 'v1', kind: 'Pod', ...rest })
    expect((await apply(server, 'me', pod({ metadata: { name: 'p', labels: { l: '2' } } }), 'pods/p')).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "maker" using v1: .metadata.labels.l',
    )
    expect((await apply(server, 'me', pod({ metadata: { name: 'p' }, status: { message: 'n' } }), 'pods/p/status')).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubelet" with subresource "status" using v1: .status.message',
    )
  })

  test('shares a value that is the same, and removes it when the last owner leaves it out', async () => {
    const server = await TestServer.start()
    await apply(server, 'first', configMap({ a: '1' }))
    await apply(server, 'second', configMap({ a: '1', b: '1' }))
    expect((await apply(server, 'first', configMap())).body['data']).toEqual({ a: '1', b: '1' })
    expect((await apply(server, 'second', configMap({ b: '1' }))).body['data']).toEqual({ b: '1' })
  })

  test('writes nothing when nothing changes, whenever it comes', async () => {
    const server = await TestServer.start()
    const made = await apply(server, 'first', configMap({ a: '1' }))
    await server.clock.advance(60_000)
    const before = server.storage.revision
    expect((await apply(server, 'first', configMap({ a: '1' }))).body).toEqual(made.body)
    expect(server.storage.revision).toBe(before)
  })

  test('writes nothing when only the spelling of a value changes', async () => {
    const server = await TestServer.start()
    const job = (cpu: string): Body => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }] } } },
    })
    const made = await apply(server, 'first', job('1000m'), 'batch/v1/jobs/j')
    await server.clock.advance(60_000)
    const again = await apply(server, 'first', job('1000m'), 'batch/v1/jobs/j')
    expect(again.body.metadata).toEqual(made.body.metadata)
  })

  test('gives a new owner who changes nothing no time', async () => {
    const server = await TestServer.start()
    await apply(server, 'first', configMap({ a: '1' }))
    const [second, first] = entriesOf(await apply(server, 'second', configMap({ a: '1' })))
    expect([first!.time, second!.time]).toEqual([expect.any(String), undefined])
  })

  test('gives what was there before the first apply an owner', async () => {
    const server = await TestServer.start()
    await server.create('configmaps', configMap({ a: '1' }))
    await server.patch('configmaps/one', 'merge', { metadata: { managedFields: [] } })
    const answer = await apply(server, 'me', configMap({ b: '1' }))
    expect(ownersOf(answer)).toEqual({ 'before-first-apply': { 'f:data': { '.': {}, 'f:a': {} } }, me: { 'f:data': { 'f:b': {} } } })
    expect((await apply(server, 'me', configMap({ a: '2' }))).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    )
  })

  test('refuses a version that is behind, and tells fields that the schema does not have', async () => {
    const server = await TestServer.start()
    await apply(server, 'me', configMap({ a: '1' }))
    expect((await apply(server, 'me', configMap({ a: '1' }, { resourceVersion: '1' }))).code).toBe(409)
    expect((await apply(server, 'me', { ...configMap(), nope: 1 })).body).toMatchObject({
      code: 500,
      message: 'failed to create typed patch object (/one; /v1, Kind=ConfigMap): .nope: field not declared in schema',
    })
    expect((await apply(server, 'me', configMap({}, { managedFields: [] }))).body.message).toBe('metadata.managedFields must be nil')
    expect((await apply(server, 'me', { ...configMap(), kind: 'Secret' })).body.message).toBe('invalid object type: /v1, Kind=Secret')
  })

  test.each([
    ['Strict', 400, []],
    ['Warn', 200, ['line 2: key "a" already set in map']],
    ['Ignore', 200, []],
  ])('treats keys that come twice as fieldValidation %s says', async (fieldValidation, code, warnings) => {
    const server = await TestServer.start()
    await apply(server, 'me', configMap({ a: '1' }))
    const options = { fieldManager: 'me', fieldValidation, bodyProblems: ['line 2: key "a" already set in map'] }
    const answer = await server.patch('configmaps/one', 'apply', configMap({ a: '2' }), options)
    expect([answer.code, answer.warnings]).toEqual([code, warnings])
  })
})

describe('applyDraft() by kubectl', () => {
  const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
  const clientSide = (data: Body): KubeObject => {
    const text = JSON.stringify(configMap(data))
    return configMap(data, { annotations: { [LAST_APPLIED]: text } })
  }

  test('may take over what its client-side apply has set, and rewrites the annotation', async () => {
    const server = await TestServer.start()
    await server.create('configmaps', clientSide({ a: '1' }), { fieldManager: 'kubectl-client-side-apply' })
    const { code, body } = await apply(server, 'kubectl', configMap({ a: '2' }))
    expect([code, body['data']]).toEqual([200, { a: '2' }])
    expect(body.metadata?.annotations).toEqual({
      [LAST_APPLIED]: `{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"one"}}\n`,
    })
  })

  test('may not take over what others have changed since', async () => {
    const server = await TestServer.start()
    await server.create('configmaps', clientSide({ a: '1', b: '1' }), { fieldManager: 'kubectl-client-side-apply' })
    await server.patch('configmaps/one', 'merge', { data: { a: '3' } }, { fieldManager: 'other' })
    expect((await apply(server, 'kubectl', configMap({ a: '2', b: '2' }))).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "other" using v1: .data.a',
    )
  })
})
