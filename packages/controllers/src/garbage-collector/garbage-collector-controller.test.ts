import { afterEach, describe, expect, test } from '@jest/globals'
import { ClusterRole, ConfigMap, CustomResourceDefinition, Event, Job, Pod, PriorityClass, Secret } from '@kubetape/api/kinds'
import { isNotFound, type Kind, type KubeObject, type OwnerReference } from '@kubetape/apimachinery'
import { garbageCollectorController } from './garbage-collector-controller.ts'
import { runControllers, type RunningControllers } from './testing/running-controllers.ts'
import type { SmallCluster } from './testing/small-cluster.ts'

const CM = ConfigMap as unknown as Kind
const RESOURCES = [ConfigMap, Secret, Job, Pod, PriorityClass, ClusterRole, Event] as unknown as Kind[]

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
  running = undefined
})

async function start(prepare?: (cluster: SmallCluster) => Promise<void>): Promise<RunningControllers> {
  running = await runControllers([garbageCollectorController({ resources: RESOURCES })], prepare)
  return running
}

const refer = ({ apiVersion = '', kind = '', metadata = {} }: KubeObject, rest: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name!,
  uid: metadata.uid!,
  ...rest,
})
const make = (
  cluster: SmallCluster,
  name: string,
  ownerReferences: OwnerReference[] = [],
  metadata: KubeObject['metadata'] = {},
  kind = CM,
): Promise<KubeObject> =>
  cluster.create(kind, { metadata: { name, ...(kind.namespaced ? { namespace: 'ns' } : {}), ownerReferences, ...metadata } })

async function find(cluster: SmallCluster, name: string, kind = CM): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(kind, { ...(kind.namespaced ? { namespace: 'ns' } : {}), name })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

const names = async (cluster: SmallCluster, kind = CM): Promise<string[]> =>
  (await cluster.list(kind)).items.map(({ metadata }) => metadata!.name!).sort()
const remove = (cluster: SmallCluster, name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<unknown> =>
  cluster.delete(CM, { namespace: 'ns', name }, { propagationPolicy })

describe('garbageCollectorController()', () => {
  test('deletes the dependents of a deleted owner through kinds and generations, and only takes its reference from what others own too', async () => {
    const { cluster, clock } = await start()
    const owner = await make(cluster, 'owner')
    const other = await make(cluster, 'other')
    const child = await make(cluster, 'child', [refer(owner)])
    await make(cluster, 'grandchild', [refer(child)])
    await make(cluster, 'shared', [refer(owner), refer(other)])
    await make(cluster, 'secret', [refer(owner)], {}, Secret)
    await clock.advance(1)
    await remove(cluster, 'owner', 'Background')
    await clock.advance(1)
    expect(await names(cluster)).toEqual(['other', 'shared'])
    expect(await names(cluster, Secret as unknown as Kind)).toEqual([])
    expect((await find(cluster, 'shared'))!.metadata!.ownerReferences).toEqual([refer(other)])
  })

  test('collects what names owners that never were when it starts and when it sees them, but keeps what names an unknown kind', async () => {
    const gone: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'nobody' }
    const { cluster, clock } = await start(async (fresh) => {
      await make(fresh, 'before', [gone])
    })
    expect(await names(cluster)).toEqual([])
    const there = await make(cluster, 'there')
    await make(cluster, 'no-owner', [gone])
    await make(cluster, 'other-uid', [{ ...refer(there), uid: 'another' }])
    await make(cluster, 'unknown-kind', [gone, { ...gone, apiVersion: 'nope.example.com/v1', kind: 'Nope' }])
    await make(cluster, 'one-left', [gone, refer(there)])
    await clock.advance(1)
    expect(await names(cluster)).toEqual(['one-left', 'there', 'unknown-kind'])
    expect((await find(cluster, 'one-left'))!.metadata!.ownerReferences).toEqual([refer(there)])
  })

  test('does not touch what an existing owner keeps', async () => {
    const { cluster, clock } = await start(async (fresh) => {
      await make(fresh, 'dependent', [refer(await make(fresh, 'owner'))])
    })
    await clock.advance(60_000)
    expect(cluster.writes).toEqual([])
  })

  test('lets an owner in foreground deletion wait for the dependents that block it, and for no others', async () => {
    const { cluster, clock } = await start()
    const owner = await make(cluster, 'owner')
    const hold = { finalizers: ['example.com/hold'] }
    await make(cluster, 'blocks', [refer(owner, { blockOwnerDeletion: true })], hold)
    await make(cluster, 'does-not', [refer(owner)], hold)
    await make(cluster, 'free', [refer(owner, { blockOwnerDeletion: true })])
    await clock.advance(1)
    await remove(cluster, 'owner', 'Foreground')
    await clock.advance(1)
    expect(await names(cluster)).toEqual(['blocks', 'does-not', 'owner'])
    expect((await find(cluster, 'does-not'))!.metadata!.deletionTimestamp).toBeDefined()
    await cluster.patch(CM, { namespace: 'ns', name: 'blocks' }, { type: 'merge', body: { metadata: { finalizers: [] } } })
    await clock.advance(1)
    expect(await names(cluster)).toEqual(['does-not'])
  })

  test('deletes in the foreground what itself owns something while its owner waits, deepest first', async () => {
    const { cluster, clock } = await start()
    const top = await make(cluster, 'top')
    const middle = await make(cluster, 'middle', [refer(top, { blockOwnerDeletion: true })])
    await make(cluster, 'bottom', [refer(middle, { blockOwnerDeletion: true })], { finalizers: ['example.com/hold'] })
    await clock.advance(1)
    await remove(cluster, 'top', 'Foreground')
    await clock.advance(1)
    expect(cluster.writes).toContain('delete-Foreground configmaps/middle')
    expect(await names(cluster)).toEqual(['bottom', 'middle', 'top'])
    await cluster.patch(CM, { namespace: 'ns', name: 'bottom' }, { type: 'merge', body: { metadata: { finalizers: [] } } })
    await clock.advance(1)
    expect(await names(cluster)).toEqual([])
  })

  test('resolves a circle of owners that wait for each other', async () => {
    const { cluster, clock } = await start()
    const a = await make(cluster, 'a')
    const b = await make(cluster, 'b', [refer(a, { blockOwnerDeletion: true })])
    const c = await make(cluster, 'c', [refer(b, { blockOwnerDeletion: true })])
    await cluster.patch(
      CM,
      { namespace: 'ns', name: 'a' },
      { type: 'merge', body: { metadata: { ownerReferences: [refer(c, { blockOwnerDeletion: true })] } } },
    )
    await clock.advance(1)
    await remove(cluster, 'a', 'Foreground')
    await clock.advance(50)
    expect(await names(cluster)).toEqual([])
  })

  test('sets dependents free before an orphaning owner goes', async () => {
    const { cluster, clock } = await start()
    const owner = await make(cluster, 'owner')
    const one = await make(cluster, 'one', [refer(owner, { blockOwnerDeletion: true, controller: true })])
    await make(cluster, 'two', [refer(owner), refer(one)])
    await clock.advance(1)
    await remove(cluster, 'owner', 'Orphan')
    await clock.advance(1)
    expect(await names(cluster)).toEqual(['one', 'two'])
    expect((await find(cluster, 'one'))!.metadata!.ownerReferences ?? []).toEqual([])
    expect((await find(cluster, 'two'))!.metadata!.ownerReferences).toEqual([refer(one)])
  })

  test('takes its finalizers off owners without dependents and leaves those of others', async () => {
    const { cluster, clock } = await start()
    await make(cluster, 'held', [], { finalizers: ['example.com/hold'] })
    await remove(cluster, 'held', 'Foreground')
    await clock.advance(1)
    expect((await find(cluster, 'held'))!.metadata!.finalizers).toEqual(['example.com/hold'])
    await make(cluster, 'orphaning', [], { finalizers: ['example.com/hold'] })
    await remove(cluster, 'orphaning', 'Orphan')
    await clock.advance(1)
    expect((await find(cluster, 'orphaning'))!.metadata!.finalizers).toEqual(['example.com/hold'])
  })

  test('treats an owner in another namespace as none and says so', async () => {
    const { cluster, clock } = await start()
    const abroad = await cluster.create(CM, { metadata: { name: 'abroad', namespace: 'other' } })
    const native = await cluster.create(CM, { metadata: { name: 'native', namespace: 'other', ownerReferences: [refer(abroad)] } })
    await clock.advance(1)
    await make(cluster, 'of-abroad', [refer(abroad)])
    await clock.advance(1)
    expect(await find(cluster, 'of-abroad')).toBeUndefined()
    expect(await cluster.get(CM, { namespace: 'other', name: 'native' })).toMatchObject({ metadata: { uid: native.metadata!.uid } })
    expect((await cluster.list(Event as unknown as Kind)).items).toMatchObject([
      {
        type: 'Warning',
        reason: 'OwnerRefInvalidNamespace',
        source: { component: 'garbage-collector-controller' },
        message: `ownerRef [v1/ConfigMap, namespace: ns, name: abroad, uid: ${abroad.metadata!.uid!}] does not exist in namespace "ns"`,
      },
    ])
  })

  test('keeps a cluster-scoped object that names a namespaced owner, and collects what a cluster-scoped owner leaves behind', async () => {
    const { cluster, clock } = await start()
    const local = await make(cluster, 'local')
    await make(cluster, 'role', [refer(local)], {}, ClusterRole)
    const wide = await make(cluster, 'class', [], {}, PriorityClass)
    await make(cluster, 'of-the-cluster', [refer(wide)])
    await clock.advance(1)
    expect(await names(cluster, ClusterRole as unknown as Kind)).toEqual(['role'])
    expect((await cluster.list(Event as unknown as Kind)).items).toMatchObject([
      { reason: 'OwnerRefInvalidNamespace', message: expect.stringContaining('does not exist in namespace ""') },
    ])
    await cluster.delete(PriorityClass, { name: 'class' })
    await remove(cluster, 'local', 'Background')
    await clock.advance(1)
    expect(await names(cluster)).toEqual([])
    expect(await names(cluster, ClusterRole as unknown as Kind)).toEqual(['role'])
  })

  test('asks once about the owner of many dependents', async () => {
    const { cluster, clock } = await start()
    const owner = await make(cluster, 'owner')
    for (let at = 0; at < 120; at++) await make(cluster, `d${at}`, [refer(owner)])
    await clock.advance(1)
    let reads = 0
    const get = cluster.get.bind(cluster)
    cluster.get = (kind, name) => {
      reads++
      return get(kind, name)
    }
    await remove(cluster, 'owner', 'Background')
    await clock.advance(1)
    expect(await names(cluster)).toEqual([])
    expect(reads).toBe(1)
  })
})

describe('garbageCollectorController() with custom resources', () => {
  const GADGET: Kind = { group: 'example.com', version: 'v1', kind: 'Gadget', resource: 'gadgets', namespaced: true }
  const DEFINITIONS = CustomResourceDefinition as unknown as Kind
  const definition = (established: string): KubeObject => ({
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget' },
      versions: [
        { name: 'v1', served: true, storage: true },
        { name: 'v2', served: true, storage: false },
      ],
    },
    status: { conditions: [{ type: 'Established', status: established }] },
  })

  test('collects what a deleted custom resource owned, by a reference in any of its versions, and custom resources of deleted owners', async () => {
    const { cluster, clock } = await start()
    await cluster.create(DEFINITIONS, definition('True'))
    await clock.advance(1)
    const owner = await make(cluster, 'owner', [], {}, GADGET)
    await make(cluster, 'child', [refer(owner, { apiVersion: 'example.com/v2' })])
    const config = await make(cluster, 'config')
    await make(cluster, 'owned', [refer(config)], {}, GADGET)
    await clock.advance(1)
    await cluster.delete(GADGET, { namespace: 'ns', name: 'owner' }, { propagationPolicy: 'Background' })
    await remove(cluster, 'config', 'Background')
    await clock.advance(10)
    expect(await names(cluster)).toEqual([])
    expect(await names(cluster, GADGET)).toEqual([])
  })

  test('keeps what names a kind that is not served, looks after it once it is, and lets go of it with its definition', async () => {
    const { cluster, clock, manager } = await start()
    const made = await cluster.create(DEFINITIONS, definition('False'))
    const reference = { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'never', uid: 'u' }
    await make(cluster, 'child', [reference])
    await clock.advance(2000)
    expect(await names(cluster)).toEqual(['child'])
    await cluster.update(DEFINITIONS, { ...made, status: definition('True')['status'] })
    await clock.advance(2000)
    expect(await names(cluster)).toEqual([])
    const owner = await make(cluster, 'owner', [], {}, GADGET)
    await make(cluster, 'child', [refer(owner)])
    await clock.advance(1)
    await cluster.delete(GADGET, { namespace: 'ns', name: 'owner' })
    await cluster.delete(DEFINITIONS, { name: 'gadgets.example.com' })
    await clock.advance(10)
    expect(await names(cluster)).toEqual([])
    expect(manager.ready).toBe(true)
  })
})
