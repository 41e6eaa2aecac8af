import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'

const pod = (name: string, more: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...more },
})

describe('Registry', () => {
  test('refuses an unknown resource of a known group', async () => {
    const { registry } = await TestServer.start()
    expect(() => registry.find('batch', 'v1', 'nopes')).toThrow('the server could not find the requested resource')
    expect([registry.knowsGroup('batch'), registry.knowsGroup('nope')]).toEqual([true, false])
    expect([registry.has('batch', 'v1', 'jobs'), registry.has('batch', 'v2', 'jobs')]).toEqual([true, false])
  })

  test('refuses verbs and subresources that a resource does not have', async () => {
    const server = await TestServer.start()
    expect((await server.send('delete', 'pods/p/binding', undefined)).code).toBe(405)
    expect((await server.send('get', 'configmaps/c/status', undefined)).code).toBe(404)
    expect((await server.send('watch', 'configmaps', undefined)).code).toBe(405)
  })

  test('sends warnings with a refusal too', async () => {
    const server = await TestServer.start()
    const answer = await server.create('pods', '{"metadata":{"name":"p"},"spec":{"containers":[]},"more":1}')
    expect([answer.code, answer.warnings]).toEqual([422, ['unknown field "more"']])
  })

  test('refuses subresources that it does not have yet', async () => {
    const server = await TestServer.start()
    await server.create('nodes', { metadata: { name: 'n' } })
    expect(await server.send('get', 'nodes/n/proxy', undefined)).toMatchObject({ code: 501 })
  })
})

describe('bindPod()', () => {
  const bind = (server: TestServer, target: object, metadata: object = {}): ReturnType<TestServer['create']> =>
    server.create('pods/p/binding', { metadata: { name: 'p', ...metadata }, target })

  test('sets the node once, copies annotations and sets the condition', async () => {
    const server = await TestServer.start()
    await server.create('pods', pod('p'))
    expect((await bind(server, { kind: 'Node', name: 'n' }, { annotations: { a: 'b' } })).code).toBe(201)
    const { body } = await server.get('pods/p')
    expect(body).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: { nodeName: 'n' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True', lastProbeTime: null }] },
    })
    expect((await bind(server, { name: 'm' })).body.message).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
    )
  })

  test.each([
    [{ kind: 'Node', name: '' }, {}, 500, 'target.name: Required value'],
    [{ kind: 'Pod', name: 'n' }, {}, 500, 'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"'],
    [{ name: 'n' }, { name: 'other' }, 400, 'name in URL does not match name in Binding object'],
    [{ name: 'n' }, { uid: 'other' }, 409, expect.stringContaining('UID in precondition: other')],
  ])('refuses %j of %j', async (target, metadata, code, message) => {
    const server = await TestServer.start()
    await server.create('pods', pod('p'))
    expect(await bind(server, target, metadata)).toMatchObject({ code, body: { message } })
  })

  test('answers to the old resource too, and waits for scheduling gates', async () => {
    const server = await TestServer.start()
    await server.create('pods', pod('p', { schedulingGates: [{ name: 'g' }] }))
    expect((await server.create('bindings', { metadata: { name: 'p' }, target: { name: 'n' } })).body.message).toContain(
      'pod p has non-empty .spec.schedulingGates',
    )
    expect((await server.create('bindings', { metadata: { name: 'none' }, target: { name: 'n' } })).code).toBe(404)
  })
})

describe('evictPod()', () => {
  async function running(metadata: object = {}): Promise<TestServer> {
    const server = await TestServer.start()
    await server.create('pods', pod('p', { nodeName: 'n' }, { labels: { app: 'web' }, ...metadata }))
    await server.patch('pods/p/status', 'merge', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } })
    return server
  }
  async function withBudget(selector: object, status: object): Promise<TestServer> {
    const server = await running()
    await server.create('policy/v1/poddisruptionbudgets', { metadata: { name: 'b' }, spec: { minAvailable: 1, selector } })
    await server.patch('policy/v1/poddisruptionbudgets/b/status', 'merge', {
      status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, ...status },
    })
    return server
  }
  const evict = (server: TestServer, more: object = {}): ReturnType<TestServer['create']> =>
    server.create('pods/p/eviction', { metadata: { name: 'p' }, ...more })

  test('marks the Pod and deletes it', async () => {
    const server = await running()
    expect((await evict(server)).code).toBe(201)
    const { body } = await server.get('pods/p')
    expect(body.metadata!.deletionTimestamp).toBeDefined()
    expect((body['status'] as { conditions: unknown[] }).conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }),
    )
  })

  test.each([[{ matchLabels: { app: 'web' } }], [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }], [{}]])(
    'is held up by a budget that selects with %j',
    async (selector) => {
      const { code, body } = await evict(await withBudget(selector, {}))
      expect([code, body.details!.causes]).toEqual([
        429,
        [{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }],
      ])
    },
  )

  test('is not held up by a budget of other Pods', async () => {
    expect((await evict(await withBudget({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, {}))).code).toBe(201)
  })

  test('takes a disruption from the budget, unless it is a dry run', async () => {
    const server = await withBudget({}, { disruptionsAllowed: 1 })
    const left = async (): Promise<unknown> =>
      ((await server.get('policy/v1/poddisruptionbudgets/b')).body['status'] as { disruptionsAllowed: number }).disruptionsAllowed
    await evict(server, { deleteOptions: { dryRun: ['All'] } })
    expect([await left(), (await server.get('pods/p')).body.metadata!.deletionTimestamp]).toEqual([1, undefined])
    await evict(server)
    expect(await left()).toBe(0)
  })

  test('waits for the budget to be counted, and refuses two budgets', async () => {
    const server = await withBudget({}, { observedGeneration: 0, disruptionsAllowed: 1 })
    expect(await evict(server)).toMatchObject({ code: 429, body: { details: { retryAfterSeconds: 10 } } })
    await server.create('policy/v1/poddisruptionbudgets', { metadata: { name: 'c' }, spec: { minAvailable: 1, selector: {} } })
    expect((await evict(server)).body.message).toBe(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  })

  test('refuses another name, a Pod that is not there, and wrong options', async () => {
    const server = await running()
    expect((await evict(server, { metadata: { name: 'x' } })).body.message).toBe('name in URL does not match name in Eviction object')
    expect((await server.create('pods/none/eviction', {})).code).toBe(404)
    expect((await evict(server, { deleteOptions: { propagationPolicy: 'Sideways' } })).code).toBe(422)
    expect((await evict(server, { deleteOptions: { preconditions: { uid: 'x' } } })).code).toBe(409)
  })
})

describe('podLog(), podStream() and podProxy()', () => {
  async function withPods(): Promise<TestServer> {
    const server = await TestServer.start()
    await server.create('pods', pod('p'))
    await server.create(
      'pods',
      pod('two', {
        containers: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'i' },
        ],
      }),
    )
    return server
  }
  const log = (server: TestServer, name: string, query: Record<string, string> = {}): ReturnType<TestServer['send']> =>
    server.send('get', `pods/${name}/log`, undefined, {}, { query })

  test('answer nothing of a Pod without a node', async () => {
    const server = await withPods()
    expect((await log(server, 'p')).code).toBe(204)
    expect((await log(server, 'two', { container: 'a' })).code).toBe(204)
    for (const what of ['exec', 'attach', 'portforward'])
      expect((await server.send('get', `pods/p/${what}`, undefined)).body.message).toBe('pod p does not have a host assigned')
    expect((await server.send('get', 'pods/p/proxy', undefined)).body.message).toBe('address not allowed')
  })

  test.each([
    [{}, 'a container name must be specified for pod two, choose one of: [a b]'],
    [{ container: 'c' }, 'container c is not valid for pod two'],
    [
      { container: 'a', tailLines: '-1' },
      'PodLogOptions "two" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    [{ container: 'a', tailLines: 'x' }, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [{ container: 'a', sinceSeconds: '0' }, 'PodLogOptions "two" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    [
      { container: 'a', sinceSeconds: '5', sinceTime: '2024-01-01T00:00:00Z' },
      'PodLogOptions "two" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
  ])('refuse %j', async (query, message) => {
    expect((await log(await withPods(), 'two', query as Record<string, string>)).body.message).toBe(message)
  })

  test('refuse clearly what no container runs for', async () => {
    const server = await TestServer.start()
    await server.create('pods', pod('p', { nodeName: 'n' }))
    expect((await log(server, 'p')).code).toBe(501)
    expect((await server.send('get', 'pods/p/exec', undefined)).code).toBe(501)
  })
})
