import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Job, Node, Pod, Secret } from '@kubetape/api/kinds'
import type { KubeObject, OwnerReference } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type Controller, controllerFor, kindId, kindsOf } from './controller.ts'

const added = (metadata: NonNullable<KubeObject['metadata']>): StoreChange<KubeObject> => ({
  type: 'added',
  object: { metadata },
  previous: undefined,
  initial: false,
})
const owner = (kind: string, apiVersion: string, name: string, controller = true): OwnerReference => ({
  kind,
  apiVersion,
  name,
  uid: 'u',
  controller,
})
const keysOf = ({ watches }: Controller, watch: number, change: StoreChange<KubeObject>): readonly string[] =>
  watches[watch]!.map(change, () => undefined as never)

describe('controllerFor()', () => {
  test('is named after its kind, unless it gets a name', () => {
    expect(controllerFor(ConfigMap).reconcile(() => undefined).name).toBe('configmap')
    expect(
      controllerFor(ConfigMap)
        .named('mirror')
        .reconcile(() => undefined).name,
    ).toBe('mirror')
  })

  test('knows every kind it sees, each once', () => {
    const controller = controllerFor(Job)
      .owns(Pod)
      .watches(Pod, () => [])
      .reads(Node)
      .reads(Job)
      .reconcile(() => undefined)
    expect(kindsOf(controller).map(kindId)).toEqual(['batch/v1/jobs', '/v1/pods', '/v1/nodes'])
  })

  test('maps its own kind to its key, with or without a namespace', () => {
    const controller = controllerFor(Node).reconcile(() => undefined)
    expect(keysOf(controller, 0, added({ name: 'n' }))).toEqual(['n'])
    expect(
      keysOf(
        controllerFor(Pod).reconcile(() => undefined),
        0,
        added({ namespace: 'a', name: 'p' }),
      ),
    ).toEqual(['a/p'])
  })

  test('`owns()` maps to the controlling owner of the right group and kind', () => {
    const controller = controllerFor(Job)
      .owns(Pod)
      .reconcile(() => undefined)
    const keys = (...ownerReferences: OwnerReference[]) => keysOf(controller, 1, added({ namespace: 'a', name: 'p', ownerReferences }))
    expect(keys(owner('Job', 'batch/v1', 'j'))).toEqual(['a/j'])
    expect(keys(owner('Job', 'batch/v1beta1', 'j'))).toEqual(['a/j'])
    expect(keys(owner('Job', 'batch/v1', 'j', false))).toEqual([])
    expect(keys(owner('Job', 'other/v1', 'j'))).toEqual([])
    expect(keys(owner('CronJob', 'batch/v1', 'j'))).toEqual([])
    expect(keys()).toEqual([])
  })

  test('`owns()` of a cluster-scoped owner leaves the namespace out', () => {
    const controller = controllerFor(Node)
      .owns(Pod)
      .reconcile(() => undefined)
    expect(keysOf(controller, 1, added({ namespace: 'a', name: 'p', ownerReferences: [owner('Node', 'v1', 'n')] }))).toEqual(['n'])
  })

  test('`owns()` maps to both owners when the owner changes', () => {
    const controller = controllerFor(Job)
      .owns(Pod)
      .reconcile(() => undefined)
    const of = (name: string) => ({ metadata: { namespace: 'a', name: 'p', ownerReferences: [owner('Job', 'batch/v1', name)] } })
    expect(keysOf(controller, 1, { type: 'updated', object: of('new'), previous: of('old'), initial: false })).toEqual(['a/new', 'a/old'])
    expect(keysOf(controller, 1, { type: 'updated', object: of('same'), previous: of('same'), initial: false })).toEqual(['a/same'])
  })

  test('collects indexes by kind', () => {
    const controller = controllerFor(Job)
      .index(Pod, 'node', () => ['n'])
      .index(Pod, 'phase', () => ['Running'])
      .index(Secret, 'type', () => ['t'])
      .reconcile(() => undefined)
    expect([...controller.indexes].map(([kind, functions]) => [kind.resource, Object.keys(functions)])).toEqual([
      ['pods', ['node', 'phase']],
      ['secrets', ['type']],
    ])
  })

  test('has as its code version a digest of the reconcile function, unless it is given one', () => {
    const one = controllerFor(Job).reconcile(() => ({ requeueAfterMs: 1 }))
    const same = controllerFor(Job)
      .with({ concurrencyMax: 3 })
      .reconcile(() => ({ requeueAfterMs: 1 }))
    const other = controllerFor(Job).reconcile(() => ({ requeueAfterMs: 2 }))
    expect(one.options.codeVersion).toMatch(/^[0-9a-f]{16}$/)
    expect(same.options).toEqual({ codeVersion: one.options.codeVersion, concurrencyMax: 3 })
    expect(other.options.codeVersion).not.toBe(one.options.codeVersion)
    expect(
      controllerFor(Job)
        .with({ codeVersion: '1.2.3' })
        .reconcile(() => undefined).options.codeVersion,
    ).toBe('1.2.3')
  })
})
