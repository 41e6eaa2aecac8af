import { describe, expect, test } from '@jest/globals'
import type { Pod, PodAffinityTerm } from '@kubetape/api/types/core/v1'
import { podStrategy } from './pod-strategy.ts'
import { contextWith, podWith } from './testing/pod-fixture.ts'

/** What a new Pod becomes. */
function created(change: (pod: Pod) => void, switches: Record<string, boolean> = {}): { pod: Pod; warnings: string[] } {
  const context = contextWith(switches)
  const pod = podWith(change, switches)
  podStrategy.prepareForCreate!(pod, context)
  return { pod, warnings: context.warnings }
}

describe('podStrategy.prepareForCreate()', () => {
  test('starts a Pod as pending, whatever status it came with', () => {
    expect(created((pod) => (pod.status = { phase: 'Running', podIP: '10.0.0.1' })).pod.status).toEqual({
      phase: 'Pending',
      qosClass: 'BestEffort',
    })
  })

  test('keeps a class of service that was given', () => {
    expect(created((pod) => (pod.status = { qosClass: 'Guaranteed' })).pod.status!.qosClass).toBe('Guaranteed')
  })

  test('says of a gated Pod why it is not scheduled', () => {
    expect(created(({ spec }) => (spec.schedulingGates = [{ name: 'g' }])).pod.status!.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
        lastTransitionTime: '2024-02-03T04:05:06Z',
      },
    ])
  })

  test('drops what its gates forbid', () => {
    expect(created(({ spec }) => (spec.hostUsers = false)).pod.spec).not.toHaveProperty('hostUsers')
  })

  describe('with label keys in affinity', () => {
    const term = (fields: Partial<PodAffinityTerm>, switches?: Record<string, boolean>): PodAffinityTerm =>
      created(({ metadata, spec }) => {
        metadata.labels = { v: '1', w: '2' }
        spec.affinity = {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'z', ...fields } }],
          },
        }
      }, switches).pod.spec.affinity!.podAntiAffinity!.preferredDuringSchedulingIgnoredDuringExecution![0]!.podAffinityTerm

    test('merges the labels of the Pod into the selector, in the order of the keys', () => {
      expect(
        term({ labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['w', 'none', 'v'], mismatchLabelKeys: ['w'] }).labelSelector,
      ).toEqual({
        matchLabels: { a: 'b' },
        matchExpressions: [
          { key: 'w', operator: 'In', values: ['2'] },
          { key: 'v', operator: 'In', values: ['1'] },
          { key: 'w', operator: 'NotIn', values: ['2'] },
        ],
      })
    })

    test('leaves a term without selector and one behind the gate alone', () => {
      expect(term({ matchLabelKeys: ['v'] })).toEqual({ topologyKey: 'z', matchLabelKeys: ['v'] })
      expect(term({ labelSelector: {}, matchLabelKeys: ['v'] }, { MatchLabelKeysInPodAffinity: false })).toEqual({
        topologyKey: 'z',
        labelSelector: {},
      })
    })
  })
})

describe('podStrategy.prepareForUpdate()', () => {
  test('keeps the status', () => {
    const pod = podWith((one) => (one.status = { phase: 'Failed' }))
    podStrategy.prepareForUpdate!(
      pod,
      podWith((one) => (one.status = { phase: 'Running' })),
      contextWith(),
    )
    expect(pod.status).toEqual({ phase: 'Running' })
  })

  test('proposes a resize when resources change and InPlacePodVerticalScaling is on', () => {
    const on = { InPlacePodVerticalScaling: true }
    const resize = (cpu: string, switches = {}): unknown => {
      const pod = podWith(({ spec }) => (spec.containers[0]!.resources = { requests: { cpu } }), on)
      podStrategy.prepareForUpdate!(
        pod,
        podWith(({ spec }) => (spec.containers[0]!.resources = { requests: { cpu: '1' } }), on),
        contextWith(switches),
      )
      return pod.status?.resize
    }
    expect([resize('2', on), resize('1', on), resize('2')]).toEqual(['Proposed', undefined, undefined])
  })
})

describe('podStrategy.subresources', () => {
  test('`status` changes neither spec nor owners nor deletion', () => {
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }
    const old = podWith(({ metadata }) => Object.assign(metadata, { ownerReferences: [owner], deletionTimestamp: '2024-02-03T04:05:06Z' }))
    const pod = podWith((one) => {
      one.spec.containers[0]!.image = 'other'
      one.metadata.labels = { a: 'b' }
      one.status = { phase: 'Running' }
    })
    podStrategy.subresources!['status']!.prepareForUpdate(pod, old, contextWith())
    expect(pod).toEqual({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } }, status: { phase: 'Running' } })
  })

  test('`ephemeralcontainers` changes nothing else', () => {
    const old = podWith((one) => (one.status = { phase: 'Running' }))
    const pod = podWith((one) => {
      one.spec.containers[0]!.image = 'other'
      one.spec.ephemeralContainers = [{ name: 'e', image: 'x:1' }]
      one.metadata.labels = { a: 'b' }
      one.metadata.managedFields = [{ manager: 'm' }]
    })
    const added = structuredClone(pod.spec.ephemeralContainers)
    podStrategy.subresources!['ephemeralcontainers']!.prepareForUpdate(pod, old, contextWith())
    expect(pod).toEqual({
      ...old,
      metadata: { ...old.metadata, managedFields: [{ manager: 'm' }] },
      spec: { ...old.spec, ephemeralContainers: added },
    })
  })
})

describe('podStrategy.gracePeriod()', () => {
  const grace = (requested: number | undefined, change: (pod: Pod) => void = () => undefined): number | undefined =>
    podStrategy.gracePeriod!(
      podWith((pod) => {
        pod.spec.nodeName = 'n'
        change(pod)
      }),
      requested,
      contextWith(),
    )

  test('is what was asked for, or else what the spec says', () => {
    expect([grace(undefined), grace(5), grace(0), grace(-1)]).toEqual([30, 5, 0, 1])
  })

  test('is nothing for a Pod that has no node or has ended', () => {
    expect(grace(5, ({ spec }) => delete spec.nodeName)).toBe(0)
    for (const phase of ['Succeeded', 'Failed'] as const) expect(grace(5, (pod) => (pod.status = { phase }))).toBe(0)
  })
})

test('`podStrategy.selectableFields()` answers every field that Pods are selected by', () => {
  const pod = podWith(({ spec }) => Object.assign(spec, { nodeName: 'n', hostNetwork: true, serviceAccountName: 'sa' }))
  pod.status = { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], nominatedNodeName: 'm' }
  expect(podStrategy.selectableFields!(pod)).toEqual({
    'spec.nodeName': 'n',
    'spec.host': 'n',
    'spec.restartPolicy': 'Always',
    'spec.schedulerName': 'default-scheduler',
    'spec.serviceAccountName': 'sa',
    'spec.hostNetwork': 'true',
    'status.phase': 'Running',
    'status.podIP': '10.0.0.1',
    'status.podIPs': '',
    'status.nominatedNodeName': 'm',
  })
})

test('`podStrategy.warnings()` are about new Pods only, their name first', () => {
  const pod = podWith(({ metadata, spec }) => {
    metadata.name = 'a.b'
    spec.imagePullSecrets = [{}]
  })
  expect(podStrategy.warnings!(pod, undefined, contextWith())).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.imagePullSecrets[0].name: invalid empty name ""',
  ])
  expect(podStrategy.warnings!(pod, pod, contextWith())).toEqual([])
})
