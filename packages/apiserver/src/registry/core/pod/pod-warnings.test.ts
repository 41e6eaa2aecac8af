import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { podTemplateWarnings, podWarnings } from './pod-warnings.ts'
import { gatesWith, podWith, rawPod } from './testing/pod-fixture.ts'

const set =
  (fields: object) =>
  ({ spec }: Pod): void =>
    void Object.assign(spec, fields)
const inMain =
  (fields: object) =>
  ({ spec }: Pod): void =>
    void Object.assign(spec.containers[0]!, fields)
const annotated =
  (key: string) =>
  ({ metadata }: Pod): void =>
    void (metadata.annotations = { [key]: 'x' })
const SELECTOR = 'a null labelSelector results in matching no pod'

describe('podWarnings()', () => {
  test.each<[string, (pod: Pod) => void, string[]]>([
    ['nothing', () => undefined, []],
    [
      'old labels of nodes',
      set({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'old labels in affinity',
      set({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }] }],
            },
          },
        },
      }),
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
      ],
    ],
    [
      'an old label that Pods spread over',
      set({
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      }),
      [
        'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
        `spec.topologySpreadConstraints[0].labelSelector: ${SELECTOR}`,
      ],
    ],
    [
      'an affinity without selector',
      set({
        affinity: {
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'z' } }] },
        },
      }),
      [`spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: ${SELECTOR}`],
    ],
    [
      'an old annotation',
      annotated('scheduler.alpha.kubernetes.io/critical-pod'),
      [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
      ],
    ],
    [
      'a seccomp annotation',
      annotated('container.seccomp.security.alpha.kubernetes.io/main'),
      [
        'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/main]: non-functional in v1.27+; use the "seccompProfile" field instead',
      ],
    ],
    [
      'old volumes',
      set({
        volumes: [
          { name: 'a', gitRepo: { repository: 'r' } },
          { name: 'b', storageos: {} },
          { name: 'c', rbd: {} },
        ],
      }),
      [
        'spec.volumes[0].gitRepo: deprecated in v1.11',
        'spec.volumes[1].storageOS: deprecated in v1.22, non-functional in v1.25+',
        'spec.volumes[2].rbd: deprecated in v1.28, non-functional in v1.31+',
      ],
    ],
    [
      'keys of lists twice',
      set({ hostAliases: [{ ip: '::1' }, { ip: '::1' }], imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}] }),
      [
        'spec.hostAliases[1].ip: duplicate ip "::1"',
        'spec.imagePullSecrets[1].name: duplicate name "a"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    [
      'parts of bytes',
      inMain({ resources: { limits: { memory: '100m' } } }),
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
      ],
    ],
    [
      'variables twice',
      inMain({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '$(A)2' },
          { name: 'A', value: '3' },
        ],
      }),
      ['spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'ports twice',
      inMain({
        ports: [
          { containerPort: 80 },
          { containerPort: 80 },
          { containerPort: 81, hostPort: 1 },
          { containerPort: 81, hostPort: 1, hostIP: '10.0.0.1' },
          { containerPort: 81 },
        ],
      }),
      [
        'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
        'spec.containers[0].ports[3]: dangerously ambiguous port definition with spec.containers[0].ports[2]',
        'spec.containers[0].ports[4]: overlapping port definition with spec.containers[0].ports[2]',
        'spec.containers[0].ports[4]: overlapping port definition with spec.containers[0].ports[3]',
      ],
    ],
    [
      'an address without port',
      inMain({ ports: [{ containerPort: 80, hostIP: '10.0.0.1' }] }),
      ['spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}'],
    ],
    ['an AppArmor annotation, which is warned of elsewhere', annotated('container.apparmor.security.beta.kubernetes.io/main'), []],
  ])('are given about %s', (_, change, expected) => {
    expect(podWarnings(podWith(change))).toEqual(expected)
  })
})

describe('podTemplateWarnings()', () => {
  const warn = (change: (pod: Pod) => void): string[] =>
    podTemplateWarnings(rawPod(change), undefined, 'spec.template', { gates: gatesWith() })

  test('are given about AppArmor annotations, which nobody syncs in templates', () => {
    expect(warn(annotated('container.apparmor.security.beta.kubernetes.io/main'))).toEqual([
      'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ])
  })

  test('are given about a negative grace period', () => {
    expect(warn(set({ terminationGracePeriodSeconds: -1 }))).toEqual([
      'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ])
  })
})
