import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { Pod as PodKind } from '@kubetape/api/kinds'
import { conflict, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { DEFAULT_CAPACITY } from './node-object.ts'
import { podAgent } from './pod-agent.ts'
import { PodScripts } from './pod-script.ts'
import { boundClaimOf, claimOf, podWith } from './testing/claim-objects.ts'
import { keysFor, runOnce } from './testing/run-once.ts'
import { Mounts } from './volumes/mounts.ts'

const agent = podAgent([{ name: 'n', index: 0, capacity: { ...DEFAULT_CAPACITY, pods: '2' } }], new PodScripts())
const podOf = (name: string, rest: { metadata?: Pod['metadata']; status?: Pod['status']; node?: string } = {}): KubeObject => ({
  metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1', ...rest.metadata },
  spec: { nodeName: rest.node ?? 'n', restartPolicy: 'Never', containers: [{ name: 'c' }] },
  status: rest.status ?? { phase: 'Pending' },
})

describe('podAgent()', () => {
  test('waits, then reports, with what it remembers from run to run', async () => {
    const first = await runOnce(agent, 'ns/p', { pods: [podOf('p')] }, { nowMs: 1000 })
    expect(first).toMatchObject({ requests: [], result: { requeueAfterMs: 20 } })
    const second = await runOnce(agent, 'ns/p', { pods: [podOf('p')] }, { nowMs: 1020, carried: first.carried })
    expect(second).toMatchObject({
      requests: [
        {
          what: 'patch pods/status p',
          body: {
            metadata: { uid: 'p' },
            status: { phase: 'Running', podIP: expect.stringMatching(/^10\.244\.0\.\d+$/), hostIP: '192.168.0.10' },
          },
        },
      ],
      result: { requeueAfterMs: 50 },
    })
  })

  test('gives no address twice', async () => {
    const taken = Array.from({ length: 253 }, (_, at) => podOf(`t${at}`, { status: { phase: 'Running', podIP: `10.244.0.${at + 1}` } }))
    const ended = podOf('ended', { status: { phase: 'Succeeded', podIP: '10.244.0.254' } })
    const { requests } = await runOnce(
      agent,
      'ns/p',
      { pods: [...taken, ended, podOf('p', { metadata: { annotations: { 'sim.kubetape.dev/start-ms': '0' } } })] },
      { nowMs: 1000 },
    )
    expect(requests).toMatchObject([{ body: { status: { podIP: '10.244.0.254' } } }])
  })

  test('reports the end of a deleted Pod, then removes that very Pod', async () => {
    const metadata = {
      deletionTimestamp: '2024-05-01T12:00:30Z',
      deletionGracePeriodSeconds: 30,
      annotations: { 'sim.kubetape.dev/stop-ms': '0' },
    }
    const { requests, carried } = await runOnce(agent, 'ns/p', { pods: [podOf('p', { metadata })] }, { nowMs: 1000 })
    expect(requests).toMatchObject([
      { what: 'patch pods/status p', body: { status: { phase: 'Failed' } } },
      { what: 'delete pods p', body: { gracePeriodSeconds: 0, preconditions: { uid: 'p' } } },
    ])
    expect(carried).toBeUndefined()
  })

  describe('with a claim', () => {
    const mounted = { node: 'n', driver: 'd', volumeHandle: 'h', attachable: true, stagingPath: '', staged: 'done' } as const
    const entry = { key: 'ns/p', targetPath: '/t', published: true }
    const volume = (spec: object): KubeObject => ({ metadata: { name: 'pv-data' }, spec: { claimRef: { uid: 'uid-data' }, ...spec } })
    const csi = volume({ csi: { driver: 'd', volumeHandle: 'h' } })
    const user = (metadata: object = {}): Pod => {
      const pod = podWith(['data'], { annotations: { 'sim.kubetape.dev/start-ms': '0', 'sim.kubetape.dev/stop-ms': '0' }, ...metadata })
      return { ...pod, spec: { ...pod.spec, nodeName: 'n' } }
    }
    const look = (shown: object, published: boolean): ReturnType<typeof runOnce> => {
      const mounts = new Mounts()
      if (published) mounts.put({ ...mounted, volume: 'pv-data', pods: { p: entry } })
      const withMounts = podAgent([{ name: 'n', index: 0, capacity: DEFAULT_CAPACITY }], new PodScripts(), mounts)
      return runOnce(withMounts, 'ns/p', { pods: [user()], ...shown }, { nowMs: 1000 })
    }

    test.each([
      { title: 'is not bound', shown: { persistentvolumeclaims: [claimOf('data')] }, published: false, phase: 'Pending' },
      {
        title: 'is not mounted',
        shown: { persistentvolumeclaims: [boundClaimOf('data')], persistentvolumes: [csi] },
        published: false,
        phase: 'Pending',
      },
      {
        title: 'is mounted',
        shown: { persistentvolumeclaims: [boundClaimOf('data')], persistentvolumes: [csi] },
        published: true,
        phase: 'Running',
      },
      {
        title: 'is nothing that is mounted here',
        shown: { persistentvolumeclaims: [boundClaimOf('data')], persistentvolumes: [volume({ hostPath: { path: '/x' } })] },
        published: false,
        phase: 'Running',
      },
    ])('is $phase when it $title', async ({ shown, published, phase }) => {
      expect((await look(shown, published)).requests).toMatchObject([{ what: 'patch pods/status p', body: { status: { phase } } }])
    })

    test('goes when nothing of it is mounted any more', async () => {
      const deleted = {
        ...user({ deletionTimestamp: '2024-05-01T12:00:30Z', deletionGracePeriodSeconds: 30 }),
        status: { phase: 'Failed' as const },
      }
      expect((await look({ pods: [deleted] }, true)).requests).toEqual([])
      expect((await look({ pods: [deleted] }, false)).requests).toMatchObject([{ what: 'delete pods p' }])
    })
  })

  test.each([
    { title: 'of its own', volume: { name: 'v', rbd: { image: 'i', monitors: ['m'] } }, spec: 'v' },
    { title: 'of a claim', volume: { name: 'v', persistentVolumeClaim: { claimName: 'data' } }, spec: 'pv-data' },
  ])('starts no Pod that has a volume $title which no kubelet knows any more', async ({ volume, spec }) => {
    const pod = podWith([], { annotations: { 'sim.kubetape.dev/start-ms': '0' } })
    const old = { metadata: { name: 'pv-data' }, spec: { claimRef: { uid: 'uid-data' }, cephfs: { monitors: ['m'] } } }
    const shown = {
      pods: [{ ...pod, spec: { ...pod.spec, nodeName: 'n', volumes: [volume] } }],
      persistentvolumeclaims: [boundClaimOf('data')],
      persistentvolumes: [old],
    }
    expect(await runOnce(agent, 'ns/p', shown, { nowMs: 1000 })).toMatchObject({
      requests: [{ body: { status: { phase: 'Pending' } } }],
      events: [
        `p FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: failed to get Plugin from volumeSpec for volume "${spec}" err=no volume plugin matched`,
      ],
      result: { requeueAfterMs: 90_000 },
    })
  })

  test('leaves a Pod alone whose name belongs to another one now', async () => {
    const refuse = (): void => {
      throw conflict({ group: '', resource: 'pods' }, 'p', 'Precondition failed')
    }
    const run = runOnce(
      agent,
      'ns/p',
      { pods: [podOf('p', { metadata: { annotations: { 'sim.kubetape.dev/start-ms': '0' } } })] },
      { nowMs: 1000, refuse },
    )
    await expect(run).resolves.toMatchObject({ result: {}, carried: undefined })
  })

  test.each([
    {
      title: 'a Pod was bound',
      object: podOf('p', { metadata: { resourceVersion: '2' } }),
      previous: podOf('p', { node: '' }),
      expected: ['ns/p'],
    },
    { title: 'it is on another node', object: podOf('p', { node: 'other' }), previous: undefined, expected: [] },
    { title: 'only its status changes', object: podOf('p', { status: { phase: 'Running' } }), previous: podOf('p'), expected: [] },
    {
      title: 'its script changes',
      object: podOf('p', { metadata: { annotations: { 'sim.kubetape.dev/run-ms': '5' } } }),
      previous: podOf('p'),
      expected: ['ns/p'],
    },
    {
      title: 'an ephemeral container is added',
      object: { ...podOf('p'), spec: { ...(podOf('p') as Pod).spec, ephemeralContainers: [{ name: 'debugger' }] } },
      previous: podOf('p'),
      expected: ['ns/p'],
    },
    {
      title: 'it is deleted',
      object: podOf('p', { metadata: { deletionTimestamp: 'x' } }),
      previous: podOf('p', { metadata: { deletionTimestamp: 'x' } }),
      expected: ['ns/p'],
    },
    {
      title: 'an ended Pod changes',
      object: podOf('p', { status: { phase: 'Failed' }, metadata: { resourceVersion: '2' } }),
      previous: podOf('p'),
      expected: [],
    },
    {
      title: 'an ended Pod is deleted',
      object: podOf('p', { status: { phase: 'Failed' }, metadata: { deletionTimestamp: 'x' } }),
      previous: podOf('p'),
      expected: ['ns/p'],
    },
  ])('looks at $expected when $title', ({ object, previous, expected }) => {
    expect(keysFor(agent, PodKind as Kind, object, previous)).toEqual(expected)
  })
})
