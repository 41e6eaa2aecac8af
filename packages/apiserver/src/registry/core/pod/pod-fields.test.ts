import { describe, expect, test } from '@jest/globals'
import type { PodSpec } from '@kubetape/api/types/core/v1'
import { dropDisabledPodFields, dropDisabledTemplateFields } from './pod-fields.ts'
import { gatesWith, podWith } from './testing/pod-fixture.ts'

const main = (spec: PodSpec): PodSpec['containers'][number] => spec.containers[0]!

/** What uses each gate, and where it can be seen. */
const USES: readonly [gate: string, use: (spec: PodSpec) => void, see: (spec: PodSpec) => unknown, dropped: unknown][] = [
  ['AppArmorFields', (spec) => (spec.securityContext!.appArmorProfile = { type: 'RuntimeDefault' }), (spec) => spec.securityContext, {}],
  [
    'ClusterTrustBundleProjection',
    (spec) => (spec.volumes = [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { name: 'b', path: 'p' } }] } }]),
    (spec) => spec.volumes![0]!.projected!.sources,
    [{}],
  ],
  [
    'DynamicResourceAllocation',
    (spec) => (spec.resourceClaims = [{ name: 'a', resourceClaimName: 'c' }]),
    (spec) => spec.resourceClaims,
    undefined,
  ],
  [
    'InPlacePodVerticalScaling',
    (spec) => (main(spec).resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }]),
    (spec) => main(spec).resizePolicy,
    undefined,
  ],
  [
    'MatchLabelKeysInPodAffinity',
    (spec) =>
      (spec.affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', matchLabelKeys: ['a'] }] } }),
    (spec) => spec.affinity!.podAffinity!.requiredDuringSchedulingIgnoredDuringExecution,
    [{ topologyKey: 'z' }],
  ],
  [
    'MatchLabelKeysInPodTopologySpread',
    (spec) =>
      (spec.topologySpreadConstraints = [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['a'] }]),
    (spec) => spec.topologySpreadConstraints![0]!.matchLabelKeys,
    undefined,
  ],
  [
    'NodeInclusionPolicyInPodTopologySpread',
    (spec) =>
      (spec.topologySpreadConstraints = [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', nodeTaintsPolicy: 'Honor' }]),
    (spec) => spec.topologySpreadConstraints![0]!.nodeTaintsPolicy,
    undefined,
  ],
  [
    'PodLifecycleSleepAction',
    (spec) => (main(spec).lifecycle = { preStop: { sleep: { seconds: 1 } } }),
    (spec) => main(spec).lifecycle,
    { preStop: {} },
  ],
  [
    'ProcMountType',
    (spec) => (main(spec).securityContext = { procMount: 'Unmasked' }),
    (spec) => main(spec).securityContext,
    { procMount: 'Default' },
  ],
  [
    'RecursiveReadOnlyMounts',
    (spec) => (main(spec).volumeMounts = [{ name: 'v', mountPath: '/a', recursiveReadOnly: 'Enabled' }]),
    (spec) => main(spec).volumeMounts,
    [{ name: 'v', mountPath: '/a' }],
  ],
  [
    'SidecarContainers',
    (spec) => (spec.initContainers = [{ name: 's', restartPolicy: 'Always' }]),
    (spec) => spec.initContainers![0]!.restartPolicy,
    undefined,
  ],
  ['SupplementalGroupsPolicy', (spec) => (spec.securityContext!.supplementalGroupsPolicy = 'Strict'), (spec) => spec.securityContext, {}],
  ['UserNamespacesSupport', (spec) => (spec.hostUsers = false), (spec) => spec.hostUsers, undefined],
]

describe('dropDisabledPodFields()', () => {
  test.each(USES)('drops what is behind %s when it is off', (gate, use, see, dropped) => {
    const pod = podWith()
    use(pod.spec)
    dropDisabledPodFields(pod, podWith(), gatesWith({ [gate]: false }))
    expect(see(pod.spec)).toEqual(dropped)
  })

  test.each(USES)('keeps what is behind %s when it is on or the stored Pod uses it', (gate, use, see) => {
    for (const [on, old] of [
      [true, podWith()],
      [false, podWith(({ spec }) => use(Object.assign(spec, { securityContext: {} })))],
    ] as const) {
      const pod = podWith()
      use(pod.spec)
      const before = structuredClone(see(pod.spec))
      dropDisabledPodFields(pod, old, gatesWith({ [gate]: on }))
      expect(see(pod.spec)).toEqual(before)
    }
  })

  test('takes an image volume and its mounts out of every container', () => {
    const pod = podWith(({ spec }) => {
      spec.volumes = [{ name: 'i', image: { reference: 'x' } }]
      spec.initContainers = [
        {
          name: 'init',
          image: 'x:1',
          volumeMounts: [
            { name: 'i', mountPath: '/i' },
            { name: 'other', mountPath: '/o' },
          ],
        },
      ]
      spec.containers[0]!.volumeMounts = [{ name: 'i', mountPath: '/i' }]
    })
    dropDisabledPodFields(pod, undefined, gatesWith())
    expect(pod.spec.volumes).toBeUndefined()
    expect(pod.spec.containers[0]!.volumeMounts).toBeUndefined()
    expect(pod.spec.initContainers![0]!.volumeMounts).toEqual([{ name: 'other', mountPath: '/o' }])
  })

  test('`dropDisabledTemplateFields()` does the same in a template and nothing without one', () => {
    const template = { spec: podWith(({ spec }) => (spec.hostUsers = false)).spec }
    dropDisabledTemplateFields(template, undefined, gatesWith())
    dropDisabledTemplateFields(undefined, undefined, gatesWith())
    expect(template.spec).not.toHaveProperty('hostUsers')
  })
})
