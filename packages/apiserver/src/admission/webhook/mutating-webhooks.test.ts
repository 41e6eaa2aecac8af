import { describe, expect, test } from '@jest/globals'
import type { AdmissionPlugin } from '../admission.ts'
import { allow, configure, FakeWebhooks, patch, type ReviewRequest, startWithWebhooks, webhook } from './testing/fake-webhooks.ts'

const map = (more: object = {}): object => ({ metadata: { name: 'x' }, ...more })
const setData = (key: string): ReturnType<typeof patch> => patch({ op: 'add', path: '/data', value: { [key]: 'set' } })

describe('mutatingWebhooks()', () => {
  test('applies what a webhook changes; the next sees it', async () => {
    const fake = new FakeWebhooks({
      '/a': () => setData('a'),
      '/b': ({ object }) => patch({ op: 'add', path: '/data/b', value: String(Object.keys((object!['data'] as object) ?? {})) }),
    })
    const server = await startWithWebhooks(fake)
    await configure(server, 'mutating', webhook('a'), webhook('b'))
    expect((await server.create('configmaps', map())).body['data']).toEqual({ a: 'set', b: 'a' })
    expect(fake.asked[0]!.request.object!.metadata).toMatchObject({ name: 'x', creationTimestamp: null })
  })

  test('reads and defaults what comes back like any body', async () => {
    const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }]
    const fake = new FakeWebhooks({
      '/a': () =>
        patch({ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'i', unknown: 1, ports: [{ containerPort: 1 }] } }),
    })
    const server = await startWithWebhooks(fake)
    await configure(server, 'mutating', webhook('a', { rules }))
    const { body } = await server.create('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
    const side = (body['spec'] as { containers: Record<string, unknown>[] }).containers[1]!
    expect(side).toMatchObject({ name: 'side', terminationMessagePath: '/dev/termination-log', ports: [{ protocol: 'TCP' }] })
    expect(side['unknown']).toBeUndefined()
  })

  test('keeps generated names, whatever it puts in place of metadata', async () => {
    const server = await startWithWebhooks(
      new FakeWebhooks({ '/a': () => patch({ op: 'add', path: '/metadata/labels', value: { a: 'b' } }) }),
    )
    await configure(server, 'mutating', webhook('a'))
    const { body, code } = await server.create('configmaps', { metadata: { generateName: 'x-' } })
    expect([code, body.metadata]).toEqual([
      201,
      expect.objectContaining({ name: expect.stringMatching(/^x-.{5}$/), labels: { a: 'b' }, uid: expect.any(String) }),
    ])
  })

  test('puts right what webhooks do to metadata', async () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }
    const server = await startWithWebhooks(
      new FakeWebhooks({
        '/a': () =>
          patch(
            { op: 'add', path: '/metadata/ownerReferences', value: [owner, owner] },
            { op: 'add', path: '/metadata/managedFields', value: [{ operation: 'Eat', manager: 'm' }] },
          ),
      }),
    )
    await configure(server, 'mutating', webhook('a'))
    const { body, warnings } = await server.create('configmaps', map({ data: { a: 'b' } }))
    expect(body.metadata).toMatchObject({ ownerReferences: [owner], managedFields: [{ operation: 'Update' }] })
    expect(warnings).toEqual([
      expect.stringContaining('contains duplicate entries after mutating admission happens; API server dedups'),
      expect.stringContaining('.metadata.managedFields was in an invalid state after admission'),
    ])
    const moving = await startWithWebhooks(
      new FakeWebhooks({ '/a': () => patch({ op: 'replace', path: '/metadata/namespace', value: 'x' }) }),
    )
    await configure(moving, 'mutating', webhook('a'))
    expect((await moving.create('configmaps', map())).body.message).toContain('does not match the namespace sent on the request')
  })

  test('has the result validated', async () => {
    const server = await startWithWebhooks(new FakeWebhooks({ '/a': () => patch({ op: 'add', path: '/data', value: { 'bad key': 'x' } }) }))
    await configure(server, 'mutating', webhook('a'))
    expect((await server.create('configmaps', map())).code).toBe(422)
  })

  test.each([
    [() => patch({ op: 'remove', path: '/data/none' }), 500],
    [() => patch({ op: 'add', path: '/data', value: 'text' }), 500],
    [() => ({ response: { allowed: true, patch: 'e30=' } }), 500],
    [() => ({ response: { allowed: true, patch: Buffer.from('{}').toString('base64'), patchType: 'JSONPatch' } }), 500],
  ])('refuses a patch that does not work: %#', async (answer, code) => {
    const server = await startWithWebhooks(new FakeWebhooks({ '/a': answer }))
    await configure(server, 'mutating', webhook('a'))
    const { code: got, body } = await server.create('configmaps', map())
    expect([got, body.reason]).toEqual([code, 'InternalError'])
  })

  test('cannot change what is deleted', async () => {
    const server = await startWithWebhooks(
      new FakeWebhooks({ '/a': ({ operation }: ReviewRequest) => (operation === 'DELETE' ? setData('a') : allow()) }),
    )
    await configure(server, 'mutating', webhook('a'))
    await server.create('configmaps', map())
    expect((await server.delete('configmaps/x')).body.message).toContain(
      'admission webhook "a.example.com" attempted to modify the object, which is not supported for this operation',
    )
  })

  test('asks those again that want it after others have changed the object, and only them', async () => {
    const fake = new FakeWebhooks({
      '/first': allow,
      '/eager': ({ object }) => (object!['data'] === undefined ? allow() : patch({ op: 'add', path: '/data/eager', value: 'yes' })),
      '/change': ({ object }) => (object!['data'] === undefined ? setData('change') : allow()),
      '/last': allow,
    })
    const server = await startWithWebhooks(fake)
    const again = { reinvocationPolicy: 'IfNeeded' }
    await configure(server, 'mutating', webhook('first'), webhook('eager', again), webhook('change'), webhook('last', again))
    const { body } = await server.create('configmaps', map())
    expect(body['data']).toEqual({ change: 'set', eager: 'yes' })
    expect(fake.asked.map(({ path }) => path)).toEqual(['/first', '/eager', '/change', '/last', '/eager', '/last'])
  })

  test('runs the other plugins once more after a change', async () => {
    let runs = 0
    const counting: AdmissionPlugin = {
      name: 'Counting',
      mutate: ({ resource }) => {
        if (resource.info.resource === 'configmaps') runs++
      },
    }
    const fake = new FakeWebhooks({ '/a': ({ object }) => (object!['data'] === undefined ? setData('a') : allow()) })
    const server = await startWithWebhooks(fake, [counting])
    await configure(server, 'mutating', webhook('a'))
    await server.create('configmaps', map())
    expect([runs, fake.asked.length]).toEqual([2, 1])
    await server.create('configmaps', { metadata: { name: 'y' }, data: { b: 'c' } })
    expect(runs).toBe(3)
  })

  test('goes on without a webhook whose failures are ignored, and stops at one that has side effects on a dry run', async () => {
    const fake = new FakeWebhooks({ '/a': () => Promise.reject(new Error('EOF')), '/b': () => setData('b') })
    const server = await startWithWebhooks(fake)
    await configure(server, 'mutating', webhook('a', { failurePolicy: 'Ignore' }), webhook('b'))
    expect((await server.create('configmaps', map())).body['data']).toEqual({ b: 'set' })
  })
})
