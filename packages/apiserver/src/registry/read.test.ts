import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'

async function server(): Promise<TestServer> {
  const made = await TestServer.start()
  for (const name of ['a', 'b', 'c']) await made.create('configmaps', { metadata: { name, labels: { of: name } } })
  return made
}

const names = (items: readonly { metadata?: { name?: string } }[] | undefined): (string | undefined)[] =>
  (items ?? []).map((one) => one.metadata?.name)

describe('getObject()', () => {
  test('answers 404 with the words of the resource', async () => {
    const { code, body } = await (await server()).get('configmaps/none')
    expect([code, body.message, body.details]).toEqual([404, 'configmaps "none" not found', { name: 'none', kind: 'configmaps' }])
  })

  test('waits for a version from the future, then gives up', async () => {
    const made = await server()
    const { code, body } = await made.get('configmaps/a', { resourceVersion: '999' })
    expect([code, body.message]).toEqual([504, 'Timeout: Too large resource version: 999, current: 4'])
  })
})

describe('listObjects()', () => {
  test('selects by label and by field', async () => {
    const made = await server()
    expect(names((await made.list('configmaps', { labelSelector: 'of in (a,c)' })).body.items)).toEqual(['a', 'c'])
    expect(names((await made.list('configmaps', { fieldSelector: 'metadata.name!=a' })).body.items)).toEqual(['b', 'c'])
  })

  test('shows the past when it is asked for exactly', async () => {
    const made = await server()
    expect(names((await made.list('configmaps', { resourceVersion: '3', resourceVersionMatch: 'Exact' })).body.items)).toEqual(['a', 'b'])
  })

  test('lists Events of both groups as one', async () => {
    const made = await server()
    await made.create('events', {
      metadata: { name: 'old' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      message: 'm',
      source: { component: 'c' },
    })
    const { body } = await made.list('events.k8s.io/v1/events', { fieldSelector: 'regarding.name=p' })
    expect(body.items).toEqual([
      expect.objectContaining({
        apiVersion: 'events.k8s.io/v1',
        note: 'm',
        deprecatedSource: { component: 'c' },
        regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      }),
    ])
    expect(body.items![0]).not.toHaveProperty('reportingController')
  })
})

describe('watchObjects()', () => {
  test('begins with what is there, unless a version says where to begin', async () => {
    const made = await server()
    expect(made.watch('configmaps').events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'ADDED'])
    const { events } = made.watch('configmaps', { resourceVersion: '4' })
    await made.delete('configmaps/a')
    expect(events.map(({ type, object }) => [type, object.name])).toEqual([['DELETED', 'a']])
  })

  test('stops when it is told to', async () => {
    const made = await server()
    const { events, stop } = made.watch('configmaps', { resourceVersion: '4' })
    stop()
    await made.delete('configmaps/a')
    expect(events).toEqual([])
  })

  test('delivers what one version wrote in the form of another', async () => {
    const made = await TestServer.start({ runtimeConfig: { 'api/all': 'true' } })
    const { events } = made.watch('storage.k8s.io/v1alpha1/volumeattributesclasses')
    await made.create('storage.k8s.io/v1beta1/volumeattributesclasses', {
      metadata: { name: 'v' },
      driverName: 'd',
      parameters: { a: 'b' },
    })
    expect(events.map(({ object }) => object.object)).toEqual([
      expect.objectContaining({ apiVersion: 'storage.k8s.io/v1alpha1', driverName: 'd' }),
    ])
    expect(
      (await made.patch('storage.k8s.io/v1alpha1/volumeattributesclasses/v', 'merge', { metadata: { labels: { x: 'y' } } })).body
        .apiVersion,
    ).toBe('storage.k8s.io/v1alpha1')
    expect((await made.get('storage.k8s.io/v1beta1/volumeattributesclasses/v')).body).toMatchObject({
      apiVersion: 'storage.k8s.io/v1beta1',
      metadata: { labels: { x: 'y' } },
    })
  })
})

describe('checkListOptions()', () => {
  test.each([
    [
      'list',
      { resourceVersionMatch: 'Exact' },
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'list',
      { resourceVersion: '0', resourceVersionMatch: 'Exact' },
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'list',
      { resourceVersion: '1', resourceVersionMatch: 'Sometimes' },
      'resourceVersionMatch: Unsupported value: "Sometimes": supported values: "Exact", "NotOlderThan", ""',
    ],
    ['list', { sendInitialEvents: true }, 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
    [
      'watch',
      { resourceVersionMatch: 'NotOlderThan' },
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
  ] as const)('refuses on %s %j', async (verb, options, why) => {
    const made = await server()
    const message = `ListOptions.meta.k8s.io "" is invalid: ${why}`
    if (verb === 'list') expect((await made.list('configmaps', options)).body.message).toBe(message)
    else expect(() => made.watch('configmaps', options)).toThrow(message)
  })

  test('lets a watch carry a continue token, which it does not use', async () => {
    expect((await server()).watch('configmaps', { continue: 'abc' }).events).toHaveLength(3)
  })
})

describe('parseResourceVersion()', () => {
  test('refuses what is no number as upstream does', async () => {
    const { code, body } = await (await server()).list('configmaps', { resourceVersion: 'x' })
    expect([code, body.message]).toEqual([500, 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'])
  })
})

describe('matcher()', () => {
  test('refuses fields that the kind cannot be selected by, each kind in its words', async () => {
    const made = await server()
    const refusal = (target: string, fieldSelector: string): Promise<string | undefined> =>
      made.list(target, { fieldSelector }).then(({ body }) => body.message)
    expect(await refusal('configmaps', 'data.a=1')).toBe(
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )
    expect(await refusal('pods', 'spec.x=1')).toBe('field label not supported: spec.x')
    expect(await refusal('batch/v1/jobs', 'spec.parallelism=1')).toBe('field label "spec.parallelism" not supported for Job')
  })

  test('knows fields that only some kinds have', async () => {
    const made = await server()
    await made.create('services', { metadata: { name: 's' }, spec: { clusterIP: 'None' } })
    expect(names((await made.list('services', { fieldSelector: 'spec.clusterIP=None,spec.type=ClusterIP' })).body.items)).toEqual(['s'])
  })
})
