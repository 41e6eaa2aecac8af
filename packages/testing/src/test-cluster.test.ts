import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, EventsEvent, Job, Secret } from '@kubetape/api/kinds'
import { conflict, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { type Controller, controllerFor, controllerReference } from '@kubetape/runtime'
import { expectSameRuns } from './same-decisions.ts'
import { TestCluster } from './test-cluster.ts'

interface Widget extends KubeObject {
  spec?: { size: number }
  status?: { ready: boolean }
}
const Widget: Kind<Widget> = { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true }
const CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 } } },
              status: { type: 'object', properties: { ready: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
}

/** A ConfigMap and a Secret for each widget, then its status. */
const widgets = (more: { forgets?: boolean } = {}): Controller =>
  controllerFor(Widget)
    .named('widgets')
    .owns(ConfigMap)
    .owns(Secret)
    .reconcile(async ({ namespace, name }, { client, lister }) => {
      const widget = lister(Widget).get(namespace, name)
      if (widget === undefined || widget.metadata?.deletionTimestamp !== undefined) return
      const metadata = {
        name,
        namespace,
        ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Widget', name, uid: widget.metadata!.uid!, controller: true }],
      }
      const data = { size: String(widget.spec?.size) }
      const map = lister(ConfigMap).get(namespace, name)
      if (map === undefined) await client.create(ConfigMap, { metadata, data })
      else if (map.data?.['size'] !== data.size) await client.update(ConfigMap, { ...map, data })
      if (!more.forgets && lister(Secret).get(namespace, name) === undefined) await client.create(Secret, { metadata })
      if (widget.status?.ready !== true)
        await client.patch(Widget, { namespace, name }, { type: 'merge', body: { status: { ready: true } } }, { subresource: 'status' })
    })

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start({ controllers: [widgets()], crds: [CRD] })
})
afterEach(() => cluster.stop())

const widget = (name: string, size = 1): Widget => ({ metadata: { name, namespace: 'default' }, spec: { size } })
const get = <T extends KubeObject>(kind: Kind<T>, name: string): Promise<T> =>
  cluster.within(cluster.client().get(kind, { namespace: 'default', name }))

describe('TestCluster', () => {
  test("shows a controller's whole life: created, changed, deleted with what it owned, replayed", async () => {
    await cluster.create(Widget, widget('one'))
    await cluster.settle()
    expect((await get(Widget, 'one')).status).toEqual({ ready: true })
    await cluster.within(
      cluster.client().patch(Widget, { namespace: 'default', name: 'one' }, { type: 'merge', body: { spec: { size: 3 } } }),
    )
    await cluster.settle()
    expect((await get(ConfigMap, 'one')).data).toEqual({ size: '3' })
    await cluster.within(cluster.client().delete(Widget, { namespace: 'default', name: 'one' }))
    await cluster.settle()
    await expect(get(ConfigMap, 'one')).rejects.toMatchObject({ status: { reason: 'NotFound' } })
    await cluster.expectReplaysSame()
  })

  test('settles no sooner than what is under way has ended, and names who writes for ever', async () => {
    await cluster.stop()
    const restless = controllerFor(ConfigMap)
      .named('restless')
      .reconcile(async ({ namespace, name }, { client, nowMs }) => {
        if (name === 'loop') await client.patch(ConfigMap, { namespace, name }, { type: 'merge', body: { data: { now: String(nowMs()) } } })
        return { requeueAfterMs: 500 }
      })
    cluster = await TestCluster.start({ controllers: [restless] })
    await cluster.create(ConfigMap, { metadata: { name: 'loop', namespace: 'default' } })
    await expect(cluster.settle({ maxMs: 20_000 })).rejects.toThrow(
      'Cannot settle: after 20000 ms of virtual time these are still written: /configmaps/default/loop',
    )
  })

  test('takes what controllers publish, apply and finalize as a real server does', async () => {
    await cluster.stop()
    let cleaned = 0
    const applier = controllerFor(Widget)
      .named('applier')
      .finalizer('example.com/cleanup', () => void cleaned++)
      .reconcile(async ({ namespace, name }, { apply, event, lister }) => {
        const one = lister(Widget).get(namespace, name)
        if (one === undefined) return
        const metadata = { namespace, name, ownerReferences: [controllerReference(Widget, one)] }
        await apply(ConfigMap, { metadata, data: { size: String(one.spec?.size) } })
        event(one, 'Normal', 'Applied', 'Applied the ConfigMap', { action: 'Apply' })
      })
    cluster = await TestCluster.start({ controllers: [applier], crds: [CRD] })
    await cluster.create(Widget, widget('one', 4))
    await cluster.settle()
    const map = await get(ConfigMap, 'one')
    expect([map.data, map.metadata.managedFields?.map(({ manager, operation }) => [manager, operation])]).toEqual([
      { size: '4' },
      [['applier', 'Apply']],
    ])
    const { items } = await cluster.within(cluster.client().list(EventsEvent, { namespace: 'default' }))
    expect(items).toMatchObject([{ action: 'Apply', note: 'Applied the ConfigMap', reportingController: 'applier-controller' }])
    await cluster.within(cluster.client().delete(Widget, { namespace: 'default', name: 'one' }))
    await cluster.settle()
    await expect(get(Widget, 'one')).rejects.toMatchObject({ status: { reason: 'NotFound' } })
    expect(cleaned).toBe(1)
    await cluster.expectReplaysSame()
  })

  test('runs Pods of Jobs on simulated nodes', async () => {
    await cluster.stop()
    cluster = await TestCluster.start({ nodes: 1 })
    await cluster.create(Job, {
      metadata: { name: 'hello', namespace: 'default' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
    })
    await cluster.settle({ quietMs: 30_000 })
    expect((await get(Job, 'hello')).status?.succeeded).toBe(1)
  })
})

describe('Faults', () => {
  test.each(['configmaps', 'secrets'])(
    'intermediate state: a crash after the write of %s leaves nothing half done for long',
    async (resource) => {
      cluster.faults.intermediateState({ verb: 'create', resource })
      await cluster.create(Widget, widget('one'))
      await cluster.settle()
      expect((await get(Widget, 'one')).status).toEqual({ ready: true })
      expect((await get(Secret, 'one')).metadata?.name).toBe('one')
      await cluster.expectReplaysSame()
    },
  )

  test('stale state: a restarted controller sees the past, and what it missed when the fault ends', async () => {
    await cluster.create(Widget, widget('one'))
    await cluster.settle()
    const stale = cluster.faults.staleState(Widget)
    await cluster.within(
      cluster.client().patch(Widget, { namespace: 'default', name: 'one' }, { type: 'merge', body: { spec: { size: 7 } } }),
    )
    cluster.crash()
    await cluster.settle()
    expect((await get(ConfigMap, 'one')).data).toEqual({ size: '1' })
    stale.end()
    await cluster.settle()
    expect((await get(ConfigMap, 'one')).data).toEqual({ size: '7' })
    await cluster.expectReplaysSame()
  })

  test('unobserved state: what comes and goes meanwhile is never seen', async () => {
    const blind = cluster.faults.unobservedState(Widget)
    await cluster.create(Widget, widget('fleeting'))
    await cluster.create(Widget, widget('lasting'))
    await cluster.within(cluster.client().delete(Widget, { namespace: 'default', name: 'fleeting' }))
    await cluster.settle()
    await expect(get(ConfigMap, 'lasting')).rejects.toMatchObject({ status: { reason: 'NotFound' } })
    blind.end()
    await cluster.settle()
    expect((await get(ConfigMap, 'lasting')).data).toEqual({ size: '1' })
    await expect(get(ConfigMap, 'fleeting')).rejects.toMatchObject({ status: { reason: 'NotFound' } })
  })

  test('refused requests and lost answers are tried again', async () => {
    cluster.faults.refuse({ verb: 'create', resource: 'configmaps' }, conflict({ group: '', resource: 'configmaps' }, 'one', 'busy'), 2)
    cluster.faults.loseAnswer({ verb: 'create', resource: 'secrets' })
    await cluster.create(Widget, widget('one'))
    await cluster.settle()
    expect((await get(Widget, 'one')).status).toEqual({ ready: true })
    await cluster.expectReplaysSame()
  })
})

describe('expectSameRuns()', () => {
  test('fails with the trigger and the field at the first decision that changed', async () => {
    await cluster.create(Widget, widget('one', 2))
    await cluster.settle()
    await expect(expectSameRuns(cluster.log, [widgets({ forgets: true })])).rejects.toThrow(
      /^widgets decides otherwise about default\/one \(run \S+, request 2\): .*\n {2}triggered by widgets default\/one added/,
    )
  })

  test('says so when the tape has no run of the controllers', async () => {
    await expect(expectSameRuns(cluster.log, [widgets()])).rejects.toThrow('Cannot find a run of widgets')
  })
})

describe('TestClusterOptions.crds', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'crds-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('says which file has no definition', async () => {
    await expect(TestCluster.start({ crds: [folder] })).rejects.toThrow(`Cannot install definitions from "${folder}"`)
  })
})
