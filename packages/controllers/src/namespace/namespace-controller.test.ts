import { afterEach, describe, expect, test } from '@jest/globals'
import type { Namespace } from '@kubetape/api/types/core/v1'
import { ConfigMap, Namespace as NamespaceKind, Node, Pod, Secret } from '@kubetape/api/kinds'
import { type Kind, StatusError } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { namespaceController } from './namespace-controller.ts'

const NS = NamespaceKind as unknown as Kind

describe('namespaceController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  async function start(): Promise<RunningControllers> {
    running = await runControllers([namespaceController({ resources: [ConfigMap, Secret, Pod, Node] as Kind[] })])
    const { cluster, clock } = running
    for (const name of ['life', 'other'])
      await cluster.create(NS, { metadata: { name, finalizers: [] }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } })
    await cluster.create(ConfigMap, { metadata: { name: 'plain', namespace: 'life' } })
    await cluster.create(ConfigMap, { metadata: { name: 'elsewhere', namespace: 'other' } })
    await clock.advance(1)
    return running
  }

  /** What the API server does to a namespace on DELETE: it is marked and stays until spec.finalizers is empty. */
  async function terminate({ cluster, clock }: RunningControllers): Promise<void> {
    await cluster.patch(
      NS,
      { name: 'life' },
      { type: 'merge', body: { metadata: { deletionTimestamp: '2024-08-13T00:00:00Z' }, status: { phase: 'Terminating' } } },
    )
    await clock.advance(1)
  }

  test('takes all content along, then the namespace goes', async () => {
    const { cluster } = await start()
    await terminate(running!)
    expect((await cluster.list(NS)).items.map(({ metadata }) => metadata!.name)).toEqual(['other'])
    expect((await cluster.list(ConfigMap)).items.map(({ metadata }) => metadata.name)).toEqual(['elsewhere'])
    expect(cluster.writes.slice(-3)).toEqual([
      'delete-Background configmaps/plain',
      'update-status namespaces/life',
      'update-finalize namespaces/life',
    ])
  })

  test('waits for what has finalizers, says so, and goes soon after they are off', async () => {
    const { cluster, clock } = await start()
    await cluster.create(Secret, { metadata: { name: 'held', namespace: 'life', finalizers: ['example.com/hold'] } })
    await terminate(running!)
    const waiting = (await cluster.get(NamespaceKind, { name: 'life' })) satisfies Namespace
    expect(waiting.status!.conditions!.filter(({ status }) => status === 'True').map(({ message }) => message)).toEqual([
      'Some resources are remaining: secrets. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ])
    const listed: string[] = []
    const list = cluster.list.bind(cluster)
    cluster.list = (kind, options) => {
      listed.push(kind.resource)
      return list(kind, options)
    }
    await clock.advance(60_000)
    expect([...new Set(listed)]).toEqual(['secrets'])
    expect(cluster.writes.filter((write) => write === 'update-status namespaces/life')).toHaveLength(1)
    expect(cluster.writes.filter((write) => write === 'delete-Background secrets/held')).toHaveLength(1)
    await cluster.patch(Secret, { namespace: 'life', name: 'held' }, { type: 'merge', body: { metadata: { finalizers: [] } } })
    await clock.advance(2000)
    expect((await cluster.list(NS)).items).toHaveLength(1)
  })

  test('keeps the namespace and says why when a resource cannot be listed', async () => {
    const { cluster, clock } = await start()
    const list = cluster.list.bind(cluster)
    cluster.list = (kind, options) => {
      if (kind.resource === 'secrets')
        throw new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 500, message: 'broken' })
      return list(kind, options)
    }
    await terminate(running!)
    expect((await cluster.get(NamespaceKind, { name: 'life' })).status!.conditions![2]).toMatchObject({
      status: 'True',
      message: 'Failed to delete all resource types, 1 remaining: secrets: broken',
    })
    cluster.list = list
    await clock.advance(2000)
    expect((await cluster.list(NS)).items).toHaveLength(1)
  })
})
