import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, EventsEvent, Job } from '@kubetape/api/kinds'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { TestCluster } from '@kubetape/testing'
import { DataImport, dataImports } from './data-import-controller.ts'

const CRD = fileURLToPath(new URL('../crd.yaml', import.meta.url))
const SETTLE = { quietMs: 30_000 }

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start({ controllers: [dataImports], crds: [CRD], nodes: 1 })
})
afterEach(async () => {
  await cluster.expectReplaysSame()
  await cluster.stop()
})

const orders = (source = 'https://example.com/orders.csv'): DataImport => ({
  metadata: { name: 'orders', namespace: 'default' },
  spec: { source, retries: 0 },
})
const get = <T extends KubeObject>(kind: Kind<T>, name: string): Promise<T> =>
  cluster.within(cluster.client().get(kind, { namespace: 'default', name }))
const jobs = async (): Promise<string[]> => (await cluster.within(cluster.client().list(Job))).items.map(({ metadata }) => metadata.name!)
const patch = (body: unknown): Promise<DataImport> =>
  cluster.within(cluster.client().patch(DataImport, { namespace: 'default', name: 'orders' }, { type: 'merge', body }))

describe('data-import', () => {
  test('runs an import as a Job, and says that it is complete', async () => {
    await cluster.create(DataImport, orders())
    await cluster.settle(SETTLE)
    expect((await get(DataImport, 'orders')).status?.conditions).toMatchObject([
      { type: 'Complete', status: 'True', reason: 'JobComplete', observedGeneration: 1 },
    ])
    expect((await get(ConfigMap, 'orders')).data).toEqual({ source: 'https://example.com/orders.csv' })
    const events = await cluster.within(cluster.client().list(EventsEvent, { namespace: 'default' }))
    expect(events.items.filter(({ regarding }) => regarding?.kind === 'DataImport').map(({ reason }) => reason)).toEqual([
      'Started',
      'JobComplete',
    ])
  })

  test('says that an import failed, and runs it anew when its spec has changed', async () => {
    await cluster.create(DataImport, orders('nowhere:'))
    await cluster.settle(SETTLE)
    expect((await get(DataImport, 'orders')).status?.conditions).toMatchObject([
      { status: 'False', reason: 'JobFailed', observedGeneration: 1 },
    ])
    await patch({ spec: { source: 'https://example.com/new.csv' } })
    await cluster.settle(SETTLE)
    expect((await get(DataImport, 'orders')).status?.conditions).toMatchObject([{ status: 'True', observedGeneration: 2 }])
    expect(await jobs()).toEqual(['orders-2'])
  })

  test('leaves what others add to the ConfigMap, and takes everything along when the import is deleted', async () => {
    await cluster.create(DataImport, orders())
    await cluster.settle(SETTLE)
    const name = { namespace: 'default', name: 'orders' }
    await cluster.within(cluster.client().patch(ConfigMap, name, { type: 'merge', body: { data: { source: 'mine', note: 'kept' } } }))
    await cluster.settle(SETTLE)
    expect((await get(ConfigMap, 'orders')).data).toEqual({ source: 'https://example.com/orders.csv', note: 'kept' })
    await cluster.within(cluster.client().delete(DataImport, name))
    await cluster.settle(SETTLE)
    expect(await jobs()).toEqual([])
    await expect(get(ConfigMap, 'orders')).rejects.toMatchObject({ status: { reason: 'NotFound' } })
  })

  test.each([
    ['patch', 'configmaps'],
    ['create', 'jobs'],
    ['patch', 'dataimports'],
  ] as const)('gets there after a crash behind its %s of %s', async (verb, resource) => {
    cluster.faults.intermediateState({ verb, resource })
    await cluster.create(DataImport, orders())
    await cluster.settle(SETTLE)
    expect((await get(DataImport, 'orders')).status?.conditions).toMatchObject([{ status: 'True' }])
    expect(await jobs()).toEqual(['orders-1'])
  })
})
