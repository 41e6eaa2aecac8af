import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'

const HELD = { finalizers: ['example.com/hold'] }

async function server(metadata: object = {}): Promise<TestServer> {
  const made = await TestServer.start()
  await made.create('configmaps', { metadata: { name: 'one', ...metadata } })
  return made
}

async function withPod(spec: object): Promise<TestServer> {
  const made = await TestServer.start()
  await made.create('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
  return made
}

describe('deleteFromRequest()', () => {
  test('removes an object that nothing holds and answers a Status', async () => {
    const made = await server()
    const { code, body } = await made.delete('configmaps/one')
    expect([code, body]).toMatchObject([200, { kind: 'Status', status: 'Success', details: { name: 'one', kind: 'configmaps' } }])
    expect((await made.delete('configmaps/one')).body.message).toBe('configmaps "one" not found')
  })

  test('marks what is held and changes nothing the second time', async () => {
    const made = await server(HELD)
    const first = await made.delete('configmaps/one')
    expect(first.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, deletionTimestamp: expect.any(String) })
    expect((await made.delete('configmaps/one')).body.metadata!.resourceVersion).toBe(first.body.metadata!.resourceVersion)
  })

  test.each([
    [{ propagationPolicy: 'Foreground' }, ['example.com/hold', 'foregroundDeletion'], 200],
    [{ propagationPolicy: 'Orphan' }, ['example.com/hold', 'orphan'], 200],
    [{ propagationPolicy: 'Background' }, ['example.com/hold'], 200],
    [{ orphanDependents: true }, ['example.com/hold', 'orphan'], 200],
    [{ orphanDependents: false }, ['example.com/hold'], 202],
  ])('sets the finalizers of %j', async (options, finalizers, code) => {
    const answer = await (await server(HELD)).delete('configmaps/one', options)
    expect([answer.code, answer.body.metadata!.finalizers]).toEqual([code, finalizers])
  })

  test('lets a Pod on a node end in its grace, shortens it, and shows the last step before it is gone', async () => {
    const made = await withPod({ nodeName: 'n' })
    const { events } = made.watch('pods', { resourceVersion: String(made.storage.revision) })
    await made.delete('pods/p')
    await made.delete('pods/p', { gracePeriodSeconds: 7 })
    await made.delete('pods/p', { gracePeriodSeconds: 20 })
    await made.delete('pods/p', { gracePeriodSeconds: 0 })
    expect(events.map(({ type, object }) => [type, object.object.metadata!.deletionGracePeriodSeconds])).toEqual([
      ['MODIFIED', 30],
      ['MODIFIED', 7],
      ['MODIFIED', 0],
      ['DELETED', 0],
    ])
  })

  test('takes a negative grace period for one second', async () => {
    const made = await withPod({ nodeName: 'n' })
    expect((await made.delete('pods/p', { gracePeriodSeconds: -1 })).body.metadata!.deletionGracePeriodSeconds).toBe(1)
  })

  test('stores nothing in a dry run that the body asks for', async () => {
    const made = await server()
    const before = made.storage.revision
    expect((await made.delete('configmaps/one', { dryRun: ['All'] })).code).toBe(200)
    expect(made.storage.revision).toBe(before)
  })

  test('refuses preconditions that do not hold, under the name of the kind', async () => {
    const made = await server()
    const { code, body } = await made.delete('configmaps/one', { preconditions: { uid: 'x' } })
    expect([code, body.message]).toEqual([
      409,
      expect.stringMatching(
        /^Operation cannot be fulfilled on ConfigMap "one": the UID in the precondition \(x\) does not match the UID in record/,
      ),
    ])
    expect((await made.delete('configmaps/one', { preconditions: { resourceVersion: '1' } })).body.message).toContain(
      'the ResourceVersion in the precondition (1) does not match',
    )
  })

  test('orphans the Pods of a Job by default, and warns of it', async () => {
    const made = await TestServer.start()
    await made.create('batch/v1/jobs', {
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
    })
    const { body, warnings } = await made.delete('batch/v1/jobs/j')
    expect(body.metadata!.finalizers).toEqual(['orphan'])
    expect(warnings).toHaveLength(1)
  })
})

describe('deletionOptions()', () => {
  test.each([
    [
      '{"orphanDependents":true,"propagationPolicy":"Orphan"}',
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ],
    [
      '{"propagationPolicy":"Sideways"}',
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      '{"dryRun":["Most"]}',
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Most"}: supported values: "All"',
    ],
    [
      '{"propagationPolicy":5}',
      500,
      'json: cannot unmarshal number into Go struct field DeleteOptions.propagationPolicy of type v1.DeletionPropagation',
    ],
    [
      '{"kind":"Pod","apiVersion":"v1"}',
      500,
      'no kind "Pod" is registered for version "v1" in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"',
    ],
    ['not json', 500, "couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u')"],
  ])('refuses %s', async (text, code, message) => {
    expect(await (await server()).delete('configmaps/one', text)).toMatchObject({ code, body: { message } })
  })

  test('reads the query only where there is no body', async () => {
    const made = await server(HELD)
    const { body } = await made.delete('configmaps/one', { propagationPolicy: 'Background' }, { propagationPolicy: 'Foreground' })
    expect(body.metadata!.finalizers).toEqual(HELD.finalizers)
    expect(
      (await (await server(HELD)).delete('configmaps/one', undefined, { propagationPolicy: 'Foreground' })).body.metadata!.finalizers,
    ).toContain('foregroundDeletion')
  })
})

describe('deleteCollection()', () => {
  test('deletes more than it does at once, many in a commit', async () => {
    const made = await TestServer.start()
    for (let i = 0; i < 250; i++) await made.create('configmaps', { metadata: { name: `c${i}` } })
    let commits = 0
    made.log.onCommit(() => commits++)
    const { body } = await made.deleteCollection('configmaps')
    expect([body.items!.length, (await made.list('configmaps')).body.items!.length]).toEqual([250, 0])
    expect(commits).toBeLessThan(25)
  })

  test('deletes what the selectors select and answers it', async () => {
    const made = await server({ labels: { a: 'b' } })
    await made.create('configmaps', { metadata: { name: 'two' } })
    const { body } = await made.deleteCollection('configmaps', undefined, { labelSelector: 'a=b' })
    expect(body.items!.map((one) => one.metadata!.name)).toEqual(['one'])
    expect((await made.list('configmaps')).body.items!.map((one) => one.metadata!.name)).toEqual(['two'])
  })

  test('deletes one page when there is a limit, and says where to go on', async () => {
    const made = await TestServer.start()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await made.create('configmaps', { metadata: { name } })
    const names = ({ body: { items } }: Awaited<ReturnType<TestServer['list']>>): unknown[] => items!.map(({ metadata }) => metadata!.name)
    const page = await made.deleteCollection('configmaps', undefined, { limit: 2 })
    expect(names(page)).toEqual(['a', 'b'])
    const { continue: next } = page.body.metadata as { continue: string }
    expect(names(await made.deleteCollection('configmaps', undefined, { limit: 2, continue: next }))).toEqual(['c', 'd'])
    expect(names(await made.list('configmaps'))).toEqual(['e'])
  })

  test('deletes nothing in a dry run', async () => {
    const made = await server()
    await made.deleteCollection('configmaps', { dryRun: ['All'] })
    expect((await made.get('configmaps/one')).code).toBe(200)
  })
})
