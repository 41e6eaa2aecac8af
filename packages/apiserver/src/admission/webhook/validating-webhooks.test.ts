import { describe, expect, test } from '@jest/globals'
import { allow, configure, type FakeAnswer, FakeWebhooks, patch, startWithWebhooks, webhook } from './testing/fake-webhooks.ts'
import type { TestServer } from '../../testing/test-server.ts'

const map = (name = 'x', more: object = {}): object => ({ metadata: { name, ...more } })

async function start(answer: () => FakeAnswer, more: object = {}): Promise<{ server: TestServer; fake: FakeWebhooks }> {
  const fake = new FakeWebhooks({ '/v': answer })
  const server = await startWithWebhooks(fake)
  await configure(server, 'validating', webhook('v', more))
  return { server, fake }
}

describe('validatingWebhooks()', () => {
  test('asks with everything about the request', async () => {
    const { server, fake } = await start(allow)
    await server.create('configmaps', map(), { fieldManager: 'me', dryRun: ['All'] })
    const { request, target } = fake.asked[0]!
    expect(target).toMatchObject({ host: 'hooks.example', port: 443, serverName: 'hooks.example', path: '/v?timeout=10s' })
    expect(request).toMatchObject({
      uid: expect.any(String),
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'x',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x', namespace: 'default', uid: expect.any(String) } },
      oldObject: null,
      dryRun: true,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me', dryRun: ['All'] },
    })
  })

  test('asks about changes with both states, about deletions with the last', async () => {
    const { server, fake } = await start(allow)
    await server.create('configmaps', map())
    await server.patch('configmaps/x', 'merge', { data: { a: 'b' } })
    await server.delete('configmaps/x', { propagationPolicy: 'Background' })
    const [, update, deletion] = fake.asked.map(({ request }) => request)
    expect(update).toMatchObject({ operation: 'UPDATE', object: { data: { a: 'b' } }, options: { kind: 'UpdateOptions' } })
    expect(update!.oldObject!['data']).toBeUndefined()
    expect(deletion).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { data: { a: 'b' } },
      options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', propagationPolicy: 'Background' },
    })
  })

  test.each([
    [{}, 400, '', 'admission webhook "v.example.com" denied the request without explanation'],
    [{ status: { message: 'no', code: 200 } }, 400, '', 'admission webhook "v.example.com" denied the request: no'],
    [{ status: { reason: 'Forbidden', code: 403 } }, 403, 'Forbidden', 'admission webhook "v.example.com" denied the request: Forbidden'],
  ])('refuses with what the webhook says: %j', async (more, code, reason, message) => {
    const { server } = await start(() => ({ response: { allowed: false, ...more } }))
    const answer = await server.create('configmaps', map())
    expect([answer.code, answer.body.reason ?? '', answer.body.message]).toEqual([code, reason, message])
    expect((await server.get('configmaps/x')).code).toBe(404)
  })

  test.each([
    [{ allowed: 'false' }, 'string into Go struct field response.allowed of type bool'],
    [{ allowed: true, warnings: 'careful' }, 'string into Go struct field response.warnings of type []string'],
  ])('takes no permission from an answer that is none: %j', async (response, why) => {
    const { server } = await start(() => ({ response: response }))
    expect(await server.create('configmaps', map())).toMatchObject({
      code: 500,
      body: { message: expect.stringContaining(`received invalid webhook response: json: cannot unmarshal ${why}`) },
    })
    expect((await server.get('configmaps/x')).code).toBe(404)
  })

  test('takes what is null for what is not there, and no code that no answer can have', async () => {
    const nothing = { allowed: true, status: null, warnings: null, auditAnnotations: null } as never
    expect((await (await start(() => ({ response: nothing }))).server.create('configmaps', map())).code).toBe(201)
    const { server } = await start(() => ({ response: { allowed: false, status: { code: 100_000 } } }))
    expect((await server.create('configmaps', map())).code).toBe(500)
  })

  test('starts with a selector that cannot be read, and fails only what it would choose from', async () => {
    const { server } = await start(allow)
    const bad = { matchExpressions: [{ key: 'a', operator: 'Maybe' }] }
    const object = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'odd' },
      webhooks: [webhook('odd', { objectSelector: bad })],
    }
    const place = { group: 'admissionregistration.k8s.io', resource: 'validatingwebhookconfigurations', namespace: '', name: 'odd' }
    const commit = server.storage.commit([{ ...place, operation: 'create', expect: 0, object }])
    await server.clock.advance(1)
    await commit
    expect((await server.create('secrets', map())).code).toBe(201)
    expect((await server.create('configmaps', map())).code).toBe(500)
    await server.delete('admissionregistration.k8s.io/v1/validatingwebhookconfigurations/odd')
    expect((await server.create('configmaps', map())).code).toBe(201)
  })

  test('warns of what the webhook warns of, also where it refuses', async () => {
    const { server } = await start(() => ({ response: { allowed: false, warnings: ['careful'] } }))
    expect((await server.create('configmaps', map())).warnings).toEqual(['careful'])
  })

  test.each<[string, () => FakeAnswer, string]>([
    [
      'a broken connection',
      () => Promise.reject(new Error('EOF')),
      'failed to call webhook: Post "https://hooks.example/v?timeout=10s": EOF',
    ],
    [
      'silence',
      () => new Promise<never>(() => undefined),
      'failed to call webhook: Post "https://hooks.example/v?timeout=10s": context deadline exceeded',
    ],
    [
      'a code that is none',
      () => ({ code: 500, body: 'oh\n' }),
      'failed to call webhook: an error on the server ("oh") has prevented the request from succeeding',
    ],
    [
      'a redirect',
      () => ({ code: 302, body: '' }),
      'failed to call webhook: the server responded with the status code 302 but did not return more information',
    ],
    [
      'no response',
      () => ({ code: 200, body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}' }),
      'received invalid webhook response: webhook response was absent',
    ],
    ['another uid', () => ({ response: { uid: 'other', allowed: true } }), 'received invalid webhook response: expected response.uid='],
    ['no kind', () => ({ code: 200, body: '' }), "received invalid webhook response: couldn't get version/kind; json parse error: "],
    [
      'a patch',
      () => ({ response: { allowed: true, patch: 'e30=' } }),
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
  ])('refuses because of %s, unless its failures are ignored', async (_what, answer, why) => {
    const { server } = await start(answer)
    const refused = await server.create('configmaps', map())
    expect([refused.code, refused.body.reason]).toEqual([500, 'InternalError'])
    expect(refused.body.message).toContain(`Internal error occurred: failed calling webhook "v.example.com": ${why}`)
    const { server: lax } = await start(answer, { failurePolicy: 'Ignore' })
    expect((await lax.create('configmaps', map())).code).toBe(201)
  })

  test('asks all at once, and hears the first of those that refuse', async () => {
    const fake = new FakeWebhooks({
      '/a': () => ({ response: { allowed: true } }),
      '/b': () => ({ response: { allowed: false, status: { message: 'b' } } }),
      '/c': () => ({ response: { allowed: false, status: { message: 'c' } } }),
    })
    const server = await startWithWebhooks(fake)
    await configure(server, 'validating', webhook('a'), webhook('b'), webhook('c'))
    expect((await server.create('configmaps', map())).body.message).toContain('denied the request: b')
    expect(fake.asked).toHaveLength(3)
  })

  test.each([
    [{ namespaceSelector: { matchLabels: { a: 'b' } } }, map(), 0],
    [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } }, map(), 1],
    [{ objectSelector: { matchLabels: { a: 'b' } } }, map('x', { labels: { a: 'b' } }), 1],
    [{ objectSelector: { matchLabels: { a: 'b' } } }, map(), 0],
    [{ rules: [{ operations: ['DELETE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }] }, map(), 0],
    [{ rules: [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Cluster' }] }, map(), 0],
    [{ rules: [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }] }, map(), 1],
    [{ rules: [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/status'] }] }, map(), 0],
    [{ rules: [{ operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['*'] }] }, map(), 0],
  ])('asks where %j says so', async (more, object, times) => {
    const { server, fake } = await start(allow, more)
    await server.create('configmaps', object)
    expect(fake.asked).toHaveLength(times)
  })

  test.each<[string, object, number, number]>([
    ['object.metadata.name == "x"', {}, 201, 1],
    ['request.operation == "DELETE"', {}, 201, 0],
    ['oldObject == null && request.userInfo.username == "admin"', {}, 201, 1],
    ['authorizer.group("").resource("pods").check("create").allowed()', {}, 201, 1],
    ['object.data.a == "b"', {}, 403, 0],
    ['object.data.a == "b"', { failurePolicy: 'Ignore' }, 201, 0],
  ])('asks where the condition %s is true (%j)', async (expression, more, code, times) => {
    const { server, fake } = await start(allow, { matchConditions: [{ name: 'c', expression }], ...more })
    const answer = await server.create('configmaps', map())
    expect([answer.code, fake.asked.length]).toEqual([code, times])
    if (code === 403)
      expect(answer.body.message).toContain(
        'configmaps "x" is forbidden: expression \'object.data.a == "b"\' resulted in error: no such key',
      )
  })

  test('refuses conditions that are no expressions', async () => {
    await expect(start(allow, { matchConditions: [{ name: 'c', expression: 'object.' }] })).rejects.toThrow(
      'matchConditions[0].expression: Invalid value: "object."',
    )
  })

  test('asks about the state before a change too', async () => {
    const { server, fake } = await start(allow, { objectSelector: { matchLabels: { a: 'b' } } })
    await server.create('configmaps', map('x', { labels: { a: 'b' } }))
    await server.patch('configmaps/x', 'merge', { metadata: { labels: null } })
    expect(fake.asked).toHaveLength(2)
  })

  test('selects Namespaces by their own labels and exempts nothing else at the cluster scope', async () => {
    const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['namespaces', 'priorityclasses'] }]
    const { server, fake } = await start(allow, { rules, namespaceSelector: { matchLabels: { a: 'b' } } })
    await server.create('namespaces', map('plain'))
    await server.create('namespaces', map('chosen', { labels: { a: 'b' } }))
    await server.create('scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'p' }, value: 1 })
    expect(fake.asked.map(({ request }) => [request['name'], request['namespace']])).toEqual([
      ['chosen', 'chosen'],
      ['p', undefined],
    ])
  })

  test('shows an object in the version that the rules name, unless only exact ones count', async () => {
    const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['events'] }]
    const fake = new FakeWebhooks({ '/v': allow, '/m': () => patch({ op: 'replace', path: '/message', value: 'changed' }) })
    const server = await startWithWebhooks(fake)
    await configure(server, 'validating', webhook('v', { rules }))
    await configure(server, 'mutating', webhook('m', { rules }), webhook('e', { rules, matchPolicy: 'Exact' }))
    const { body } = await server.create('events.k8s.io/v1/events', {
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/c',
      reportingInstance: 'i',
      action: 'Do',
      reason: 'Why',
      type: 'Normal',
      note: 'said',
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
    })
    expect(body).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'changed' })
    expect(fake.asked.map(({ path, request }) => [path, request.object!['message']])).toEqual([
      ['/m', 'said'],
      ['/v', 'changed'],
    ])
    expect(fake.asked[0]!.request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'Event' },
      requestKind: { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
      requestResource: { group: 'events.k8s.io', version: 'v1', resource: 'events' },
    })
  })

  test('is not asked about configurations of webhooks', async () => {
    const { server, fake } = await start(() => ({ response: { allowed: false } }), {
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
    })
    expect((await server.delete('admissionregistration.k8s.io/v1/validatingwebhookconfigurations/validating')).code).toBe(200)
    expect(fake.asked).toEqual([])
  })

  test('goes to the places of a Service, by the name of the Service', async () => {
    const fake = new FakeWebhooks({ '/hook': allow })
    const server = await startWithWebhooks(fake)
    const clientConfig = { service: { namespace: 'default', name: 'hook', path: '/hook' }, caBundle: Buffer.from('PEM').toString('base64') }
    await configure(server, 'validating', webhook('v', { clientConfig }))
    const post = 'failed to call webhook: Post "https://hook.default.svc:443/hook?timeout=10s"'
    expect((await server.create('configmaps', map())).body.message).toContain(`${post}: service "hook" not found`)
    await server.create('services', { metadata: { name: 'hook' }, spec: { ports: [{ name: 'https', port: 443 }] } })
    expect((await server.create('configmaps', map())).body.message).toContain(`${post}: no endpoints available for service "hook"`)
    await server.create('discovery.k8s.io/v1/endpointslices', {
      metadata: { name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: false } }, { addresses: ['10.0.0.10'] }],
    })
    expect((await server.create('configmaps', map())).code).toBe(201)
    expect(fake.asked[0]!.target).toEqual({
      host: '10.0.0.10',
      port: 8443,
      serverName: 'hook.default.svc',
      ca: 'PEM',
      path: '/hook?timeout=10s',
    })
  })

  test('speaks v1beta1 to those that know nothing newer', async () => {
    const fake = new FakeWebhooks({ '/v': () => ({ response: { uid: 'whatever', allowed: true } }) })
    const server = await startWithWebhooks(fake)
    await configure(server, 'validating', webhook('v', { admissionReviewVersions: ['v9', 'v1beta1', 'v1'] }))
    expect((await server.create('configmaps', map())).code).toBe(201)
  })
})
