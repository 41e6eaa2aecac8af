import { afterEach, describe, expect, test } from '@jest/globals'
import { Event as EventKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { ephemeralVolumeController } from './ephemeral-volume-controller.ts'
import { plan } from './plan.ts'

const NAMESPACE = 'n'
const spec = { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } }
const pod = (metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { name: 'p', namespace: NAMESPACE, ...metadata },
  spec: {
    containers: [],
    volumes: [
      { name: 'plain', emptyDir: {} },
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec } } },
    ],
  },
})
const owner = (uid: string, controller = true) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller })
const claim = (owners: object[]): PersistentVolumeClaim => ({
  metadata: { name: 'p-scratch', namespace: NAMESPACE, ownerReferences: owners as [] },
  spec,
})

describe('plan()', () => {
  test('makes a claim as the template says, with the Pod as its controller', () => {
    expect(plan(pod({ uid: 'u' }), () => undefined)).toEqual([
      {
        type: 'create',
        volume: 'scratch',
        claim: {
          metadata: {
            name: 'p-scratch',
            namespace: NAMESPACE,
            labels: { a: 'b' },
            ownerReferences: [{ ...owner('u'), blockOwnerDeletion: true }],
          },
          spec,
        },
      },
    ])
  })

  test.each<[string, object[], boolean]>([
    ['controls', [owner('u')], true],
    ['owns only', [owner('u', false)], false],
    ['of an older uid controls', [owner('old')], false],
    ['has nothing to do with', [], false],
  ])('judges a claim that the Pod %s', (_, owners, isIts) => {
    const steps = plan(pod({ uid: 'u' }), () => claim(owners))
    const message = 'PVC n/p-scratch was not created for pod n/p (pod is not owner)'
    expect(steps).toEqual(isIts ? [] : [{ type: 'refuse', volume: 'scratch', message }])
  })

  test('leaves a Pod alone that is being deleted', () => {
    expect(plan(pod({ uid: 'u', deletionTimestamp: '2024-01-01T00:00:00Z' }), () => undefined)).toEqual([])
  })
})

describe('ephemeralVolumeController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })
  const name = { namespace: NAMESPACE, name: 'p-scratch' }

  test('makes the claim again when somebody deletes it', async () => {
    running = await runControllers([ephemeralVolumeController()])
    const { cluster, clock } = running
    await cluster.create<Pod>(PodKind, pod())
    await clock.advance(1)
    const first = await cluster.get<PersistentVolumeClaim>(ClaimKind, name)
    await cluster.delete(ClaimKind, name)
    await clock.advance(1)
    expect((await cluster.get<PersistentVolumeClaim>(ClaimKind, name)).metadata.uid).not.toBe(first.metadata.uid)
  })

  test('tells the Pod of a claim that is not its own, and leaves that as it is', async () => {
    running = await runControllers([ephemeralVolumeController()], async (cluster) => {
      await cluster.create(ClaimKind, claim([]))
      await cluster.create(PodKind, pod())
    })
    const { items } = await running.cluster.list<KubeObject & { reason?: string; message?: string }>(EventKind, {})
    expect(items.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'FailedBinding: ephemeral volume scratch: PVC n/p-scratch was not created for pod n/p (pod is not owner)',
    ])
    expect(running.cluster.writes.filter((write) => !write.includes('events'))).toEqual([])
  })
})
