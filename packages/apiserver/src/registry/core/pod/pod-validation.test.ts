import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Pod } from '@kubetape/api/types/core/v1'
import { defaultPodTemplate } from './pod-defaults.ts'
import { validatePodCreate, validatePodTemplateSpec } from './pod-validation.ts'
import { gatesWith, podWith, rawPod, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

type Case = [label: string, change: (pod: Pod) => void, expected: string[]]

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

/** Sets fields of the spec. */
const spec =
  (fields: object) =>
  (pod: Pod): void =>
    void Object.assign(pod.spec, fields)

const create = (change: (pod: Pod) => void, switches: Record<string, boolean> = {}): string[] =>
  texts(validatePodCreate(podWith(change, switches), podValidationOptions(undefined, gatesWith(switches), true)))

describe('validatePodCreate()', () => {
  test('accepts the smallest Pod', () => {
    expect(create(() => undefined)).toEqual([])
  })

  test.each<Case>([
    ['no container', spec({ containers: [] }), ['spec.containers: Required value']],
    [
      'an unknown restart policy',
      spec({ restartPolicy: 'Sometimes' }),
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'an unknown DNS policy',
      spec({ dnsPolicy: 'Local' }),
      ['spec.dnsPolicy: Unsupported value: "Local": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"'],
    ],
    [
      'DNS policy None alone',
      spec({ dnsPolicy: 'None' }),
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      'DNS policy None without server',
      spec({ dnsPolicy: 'None', dnsConfig: {} }),
      ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [
      'bad DNS settings',
      spec({ dnsConfig: { nameservers: ['dns'], searches: ['.', 'a.b.'], options: [{ value: '1' }] } }),
      [
        'spec.dnsConfig.nameservers[0]: Invalid value: "dns": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        `spec.dnsConfig.searches[0]: Invalid value: "": ${SUBDOMAIN}`,
        'spec.dnsConfig.options[0]: Required value: must not be empty',
      ],
    ],
    [
      'a deadline of zero',
      spec({ activeDeadlineSeconds: 0 }),
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    ['a bad host name', spec({ hostname: 'a.b' }), ['spec.hostname: Invalid value: "a.b": must not contain dots']],
    ['a bad node name', spec({ nodeName: 'N' }), [`spec.nodeName: Invalid value: "N": ${SUBDOMAIN}`]],
    ['a bad account', spec({ serviceAccountName: 'A' }), [`spec.serviceAccountName: Invalid value: "A": ${SUBDOMAIN}`]],
    ['an empty runtime class', spec({ runtimeClassName: '' }), [`spec.runtimeClassName: Invalid value: "": ${SUBDOMAIN}`]],
    [
      'an unknown preemption policy',
      spec({ preemptionPolicy: 'Maybe' }),
      ['spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"'],
    ],
    [
      'a host alias without address',
      spec({ hostAliases: [{ ip: '' }] }),
      ['spec.hostAliases[0].ip: Invalid value: "": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      'an ephemeral container',
      spec({ ephemeralContainers: [{ name: 'e', image: 'x' }] }),
      ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
    ],
    [
      'gates and a node',
      spec({ schedulingGates: [{ name: 'g' }], nodeName: 'n' }),
      ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
    ],
    [
      'overhead of an unknown resource',
      spec({ overhead: { pods: '1' } }),
      ['spec.overhead.limits[pods]: Invalid value: pods: must be a standard resource for containers'],
    ],
    [
      'a token without an account',
      spec({ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
      ['spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set'],
    ],
    [
      'a host port that is not the container port',
      spec({ hostNetwork: true, containers: [{ name: 'main', image: 'x:1', ports: [{ containerPort: 80, hostPort: 81 }] }] }),
      ['spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true'],
    ],
    [
      'resource claims',
      spec({
        resourceClaims: [
          { name: 'a' },
          { name: 'a', resourceClaimName: 'x', resourceClaimTemplateName: 'y' },
          { name: 'A', resourceClaimName: 'x' },
        ],
      }),
      [
        'spec.resourceClaims[0]: Invalid value: {"name":"a"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'spec.resourceClaims[1].name: Duplicate value: "a"',
        'spec.resourceClaims[1]: Invalid value: {"name":"a","resourceClaimName":"x","resourceClaimTemplateName":"y"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
        "spec.resourceClaims[2].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(create(change)).toEqual(expected)
  })

  test.each<Case>([
    [
      'a mirror Pod without node',
      ({ metadata }) => (metadata.annotations = { 'kubernetes.io/config.mirror': 'x' }),
      ['metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set'],
    ],
    [
      'a deletion cost with leading zero',
      ({ metadata }) => (metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': '01' }),
      ['metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "01": must be a 32bit integer'],
    ],
    [
      'a deletion cost beyond 32 bits',
      ({ metadata }) => (metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': '2147483648' }),
      ['metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "2147483648": must be a 32bit integer'],
    ],
    [
      'an unknown seccomp profile',
      ({ metadata }) => (metadata.annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'x' }),
      ['metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "x": must be a valid seccomp profile'],
    ],
    [
      'an AppArmor annotation of no container',
      ({ metadata }) => (metadata.annotations = { 'container.apparmor.security.beta.kubernetes.io/x': 'unconfined' }),
      ['metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found'],
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(create(change)).toEqual(expected)
  })

  test('accepts deletion costs from minus to plus', () => {
    for (const cost of ['-2147483648', '0', '7'])
      expect(create(({ metadata }) => (metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': cost }))).toEqual([])
  })

  test('reports what is wrong in the order of the spec', () => {
    const change = spec({
      volumes: [{ name: 'A' }],
      containers: [{ name: '', image: '' }],
      restartPolicy: 'x',
      hostname: '.',
      tolerations: [{ key: 'a', operator: 'x' }],
      os: { name: 'plan9' },
    })
    expect(create(change).map((text) => text.split(':', 1)[0])).toEqual([
      'spec.volumes[0].name',
      'spec.containers[0].name',
      'spec.containers[0].image',
      'spec.restartPolicy',
      'spec.hostname',
      'spec.tolerations[0].operator',
      'spec.os',
    ])
  })

  test('keeps a Pod with users of its own out of the namespaces of the host when UserNamespacesSupport is on', () => {
    expect(create(spec({ hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true }), { UserNamespacesSupport: true })).toEqual([
      'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
      'spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false',
      'spec.HostIPC: Forbidden: when `pod.Spec.HostUsers` is false',
    ])
  })
})

describe('validatePodTemplateSpec()', () => {
  const judge = (change: (pod: Pod) => void, old?: (pod: Pod) => void): string[] => {
    const [template, stored] = [rawPod(change), old && rawPod(old)].map(
      (pod) => pod && { metadata: { ...(pod.metadata.labels ? { labels: pod.metadata.labels } : {}) }, spec: pod.spec },
    )
    defaultPodTemplate(template!, gatesWith())
    return texts(validatePodTemplateSpec(template!, FieldPath.of('spec').child('template'), stored, { gates: gatesWith() }))
  }

  test('accepts what only Pods may not have', () => {
    expect(judge(spec({ hostNetwork: true, containers: [{ name: 'c', image: ' app ', ports: [{ containerPort: 80 }] }] }))).toEqual([])
  })

  test('names fields by its own path, labels without metadata', () => {
    expect(
      judge((pod) =>
        Object.assign(pod, {
          metadata: { labels: { 'a b': '' } },
          spec: { containers: [], ephemeralContainers: [{ name: 'e', image: 'x' }] },
        }),
      ).map((text) => text.split(':', 1)[0]),
    ).toEqual(['spec.template.labels', 'spec.template.spec.containers', 'spec.template.spec.ephemeralContainers'])
  })

  test('lets stay what the stored template has', () => {
    const bad = spec({ containers: [{ name: 'c', image: 'x', resources: { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } } }] })
    expect(judge(bad)).toEqual([
      'spec.template.spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
    ])
    expect(judge(bad, bad)).toEqual([])
  })
})
