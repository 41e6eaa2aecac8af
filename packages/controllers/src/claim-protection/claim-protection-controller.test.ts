import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { claimProtectionController } from './claim-protection-controller.ts'
import { plan, PROTECTION_FINALIZER } from './plan.ts'

const NAMESPACE = 'n'
const claimed = [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }]
const pod = (spec: Partial<Pod['spec']>, metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { name: 'p', namespace: NAMESPACE, uid: 'pod-uid', ...metadata },
  spec: { containers: [], nodeName: 'node', ...spec },
})

describe('plan()', () => {
  const deletionTimestamp = '2024-01-01T00:00:00Z'
  const claim = (metadata: PersistentVolumeClaim['metadata'] = {}): PersistentVolumeClaim => ({
    metadata: { name: 'data', namespace: NAMESPACE, finalizers: [PROTECTION_FINALIZER], deletionTimestamp, ...metadata },
    spec: {},
  })
  const { deletionTimestamp: _none, ...living } = claim().metadata
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'pod-uid', controller: true }
  const ephemeral = [{ name: 'd', ephemeral: {} }]
  const made = claim({ name: 'p-d', ownerReferences: [owner] })

  test.each<[string, PersistentVolumeClaim, Pod[], string]>([
    ['lives under protection', { metadata: living, spec: {} }, [], 'none'],
    ['lives without', { metadata: { ...living, finalizers: [] }, spec: {} }, [], 'protect'],
    ['nobody uses', claim(), [], 'release'],
    ['a Pod with a node uses', claim(), [pod({ volumes: claimed })], 'none'],
    ['a Pod that has ended uses', claim(), [{ ...pod({ volumes: claimed }), status: { phase: 'Succeeded' } }], 'none'],
    ['a Pod without a node names', claim(), [pod({ volumes: claimed, nodeName: '' })], 'release'],
    ['a Pod uses beside another', claim(), [pod({ volumes: [{ name: 'e', persistentVolumeClaim: { claimName: 'other' } }] })], 'release'],
    ['was made for a Pod', made, [pod({ volumes: ephemeral })], 'none'],
    ['was made for an older Pod', made, [pod({ volumes: ephemeral }, { uid: 'new' })], 'release'],
    [
      'was made for a Pod that is shut down',
      made,
      [pod({ volumes: ephemeral }, { deletionTimestamp, deletionGracePeriodSeconds: 0 })],
      'release',
    ],
  ])('is right for a claim that %s', (_, given, pods, then) => {
    expect(plan(given, pods)).toBe(then)
  })
})

describe('claimProtectionController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('keeps a claim until the last Pod that uses it is gone', async () => {
    running = await runControllers([claimProtectionController()])
    const { cluster, clock } = running
    const name = { namespace: NAMESPACE, name: 'data' }
    const finalizers = async (): Promise<string[] | undefined> => (await cluster.get(ClaimKind, name)).metadata.finalizers
    await cluster.create<PersistentVolumeClaim>(ClaimKind, { metadata: name, spec: {} })
    await clock.advance(1)
    expect(await finalizers()).toEqual([PROTECTION_FINALIZER])
    for (const one of ['a', 'b']) await cluster.create<Pod>(PodKind, pod({ volumes: claimed }, { name: one }))
    await cluster.delete(ClaimKind, name)
    await clock.advance(1)
    await cluster.delete(PodKind, { namespace: NAMESPACE, name: 'a' }, { gracePeriodSeconds: 0 })
    await clock.advance(1)
    expect(await finalizers()).toEqual([PROTECTION_FINALIZER])
    await cluster.delete(PodKind, { namespace: NAMESPACE, name: 'b' }, { gracePeriodSeconds: 0 })
    await clock.advance(1)
    await expect(finalizers()).rejects.toThrow('not found')
  })
})
