import { describe, expect, test } from '@jest/globals'
import type { NodeSelectorTerm, Pod } from '@kubetape/api/types/core/v1'
import { validateEphemeralContainersUpdate, validatePodUpdate } from './pod-update-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const FIXED =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** What is said of `change` to a Pod that `before` made; of each message the first line. */
function update(before: (pod: Pod) => void, change: (pod: Pod) => void, switches: Record<string, boolean> = {}): string[] {
  const gates = gatesWith(switches)
  const old = podWith(before, switches)
  const pod = structuredClone(old)
  change(pod)
  return texts(validatePodUpdate(pod, old, podValidationOptions(old, gates, true), gates)).map((text) => text.split('\n', 1)[0]!)
}
const plain = (): void => undefined

describe('validatePodUpdate()', () => {
  test.each<[string, (pod: Pod) => void, (pod: Pod) => void, string[]]>([
    ['nothing', plain, plain, []],
    ['an image', plain, ({ spec }) => (spec.containers[0]!.image = 'app:2'), []],
    [
      'an image to none',
      plain,
      ({ spec }) => (spec.containers[0]!.image = ''),
      ['spec.containers[0].image: Required value', 'spec.containers[0].image: Required value'],
    ],
    ['a first deadline', plain, ({ spec }) => (spec.activeDeadlineSeconds = 5), []],
    ['a shorter deadline', ({ spec }) => (spec.activeDeadlineSeconds = 9), ({ spec }) => (spec.activeDeadlineSeconds = 5), []],
    [
      'a longer deadline',
      ({ spec }) => (spec.activeDeadlineSeconds = 5),
      ({ spec }) => (spec.activeDeadlineSeconds = 9),
      ['spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value'],
    ],
    [
      'no deadline any more',
      ({ spec }) => (spec.activeDeadlineSeconds = 5),
      ({ spec }) => delete spec.activeDeadlineSeconds,
      ['spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value'],
    ],
    ['one more toleration', plain, ({ spec }) => (spec.tolerations = [{ key: 'a', operator: 'Exists' }]), []],
    [
      'seconds of a toleration',
      ({ spec }) => (spec.tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }]),
      ({ spec }) => (spec.tolerations![0]!.tolerationSeconds = 2),
      [],
    ],
    [
      'a toleration',
      ({ spec }) => (spec.tolerations = [{ key: 'a', operator: 'Exists' }]),
      ({ spec }) => (spec.tolerations![0]!.key = 'b'),
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [
      'the number of containers',
      plain,
      ({ spec }) => spec.containers.push({ ...spec.containers[0]!, name: 'b' }),
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    ['a command', plain, ({ spec }) => (spec.containers[0]!.command = ['x']), [FIXED]],
    ['the node of an ungated Pod', plain, ({ spec }) => (spec.nodeName = 'n'), [FIXED]],
    ['the node selector of an ungated Pod', plain, ({ spec }) => (spec.nodeSelector = { a: 'b' }), [FIXED]],
    [
      'one gate less',
      ({ spec }) => (spec.schedulingGates = [{ name: 'a' }, { name: 'b' }]),
      ({ spec }) => spec.schedulingGates!.shift(),
      [],
    ],
    [
      'one gate more',
      ({ spec }) => (spec.schedulingGates = [{ name: 'a' }]),
      ({ spec }) => spec.schedulingGates!.push({ name: 'b' }),
      ["spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
    ],
    [
      'an AppArmor annotation',
      plain,
      ({ metadata }) => (metadata.annotations = { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' }),
      ['metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: Forbidden: may not add AppArmor annotations'],
    ],
    [
      'a mirror annotation',
      ({ metadata, spec }) =>
        Object.assign((metadata.annotations = { 'kubernetes.io/config.mirror': 'x' }), Object.assign(spec, { nodeName: 'n' }) && {}),
      ({ metadata }) => delete metadata.annotations,
      ['metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation'],
    ],
  ])('judges a change of %s', (_, before, change, expected) => {
    expect(update(before, change)).toEqual(expected)
  })

  test('tells what changed', () => {
    const old = podWith()
    const pod = podWith(({ spec }) => (spec.restartPolicy = 'Never'))
    expect(validatePodUpdate(pod, old, podValidationOptions(old, gatesWith(), true), gatesWith())[0]!.message).toMatch(
      /\n- restartPolicy: "Always"\n\+ restartPolicy: "Never"$/,
    )
  })

  test('takes nulls and empty lists of the stored Pod for absent', () => {
    const old = podWith(({ spec }) => (spec.volumes = [{ name: 'p', projected: { sources: null as never } }]))
    const pod = podWith(({ spec }) => (spec.volumes = [{ name: 'p', projected: {} }]))
    expect(validatePodUpdate(pod, old, podValidationOptions(old, gatesWith(), true), gatesWith())).toEqual([])
  })

  test('lets a negative grace period become one', () => {
    const old = podWith()
    old.spec.terminationGracePeriodSeconds = -5
    const changed = (seconds: number): number => {
      const pod = podWith(({ spec }) => (spec.terminationGracePeriodSeconds = seconds))
      return validatePodUpdate(pod, old, podValidationOptions(old, gatesWith(), true), gatesWith()).length
    }
    expect([changed(1), changed(2)]).toEqual([0, 1])
  })

  test('repeats errors of metadata as upstream does', () => {
    expect(
      update(plain, ({ metadata }) => (metadata.labels = { a: '-' })).filter((text) => text.startsWith('metadata.labels')),
    ).toHaveLength(2)
  })

  test('keeps the class of service', () => {
    const change = ({ spec }: Pod): void => void (spec.containers[0]!.resources = { limits: { cpu: '1' }, requests: { cpu: '1' } })
    expect(update((pod) => (pod.status = { qosClass: 'BestEffort' }), change)).toEqual([
      'metadata: Invalid value: "BestEffort": Pod QoS is immutable',
      FIXED,
    ])
  })

  test('lets cpu and memory change in place when InPlacePodVerticalScaling is on', () => {
    const before = ({ spec }: Pod): void =>
      void (spec.containers[0]!.resources = { requests: { cpu: '1', 'x.io/gpu': '1' }, limits: { 'x.io/gpu': '1' } })
    const resize = ({ spec }: Pod): void => void (spec.containers[0]!.resources!.requests!['cpu'] = '2')
    const device = ({ spec }: Pod): void =>
      void Object.assign(spec.containers[0]!.resources!, { requests: { cpu: '1', 'x.io/gpu': '2' }, limits: { 'x.io/gpu': '2' } })
    const on = { InPlacePodVerticalScaling: true }
    expect(update(before, resize, on)).toEqual([])
    expect(update(before, device, on)).toEqual([`${FIXED},\`spec.containers[*].resources\` (for CPU/memory only)`])
    expect(update(before, resize)).toEqual([FIXED])
  })
})

describe('a gated Pod', () => {
  const gated =
    (fields: object) =>
    (pod: Pod): void =>
      void Object.assign(pod.spec, { schedulingGates: [{ name: 'g' }], ...structuredClone(fields) })
  const affinity = (...terms: NodeSelectorTerm[]): object => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  })
  const set =
    (fields: object) =>
    ({ spec }: Pod): void =>
      void Object.assign(spec, fields)
  const a = { key: 'a', operator: 'Exists' } as const
  const b = { key: 'b', operator: 'Exists' } as const
  const TERMS = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'

  test.each<[string, object, object, string[]]>([
    ['adds to its node selector', { nodeSelector: { a: '1' } }, { nodeSelector: { a: '1', b: '2' } }, []],
    [
      'changes its node selector',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { a: '2' } },
      ['spec.nodeSelector: Invalid value: {"a":"2"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
    ],
    ['sets its first node affinity', {}, affinity({ matchExpressions: [a] }), []],
    ['adds a requirement', affinity({ matchExpressions: [a] }), affinity({ matchExpressions: [a, b] }), []],
    [
      'adds a term',
      affinity({ matchExpressions: [a] }),
      affinity({ matchExpressions: [a] }, { matchExpressions: [b] }),
      [
        `${TERMS}: Invalid value: [{"matchExpressions":[{"key":"a","operator":"Exists"}]},{"matchExpressions":[{"key":"b","operator":"Exists"}]}]: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
      ],
    ],
    [
      'changes a requirement',
      affinity({ matchExpressions: [a] }),
      affinity({ matchExpressions: [b] }),
      [
        `${TERMS}[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
      ],
    ],
    [
      'fills an empty term',
      affinity({}),
      affinity({ matchExpressions: [a] }),
      [
        `${TERMS}[0]: Invalid value: {"matchExpressions":[{"key":"a","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
      ],
    ],
    [
      'changes its Pod affinity',
      {},
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', labelSelector: {} }] } } },
      [FIXED],
    ],
  ])('that %s', (_, before, after, expected) => {
    expect(update(gated(before), set(structuredClone(after)))).toEqual(expected)
  })
})

describe('validateEphemeralContainersUpdate()', () => {
  const judge = (before: (pod: Pod) => void, change: (pod: Pod) => void): string[] => {
    const old = podWith(before)
    const pod = structuredClone(old)
    change(pod)
    return texts(validateEphemeralContainersUpdate(pod, old, podValidationOptions(old, gatesWith(), true)))
  }
  const one = ({ spec }: Pod): void => void (spec.ephemeralContainers = [{ name: 'one', image: 'x:1' }])

  test('lets containers be added in any order', () => {
    expect(judge(one, ({ spec }) => spec.ephemeralContainers!.unshift({ ...spec.ephemeralContainers![0]!, name: 'two' }))).toEqual([])
  })

  test('refuses changes and removals', () => {
    expect(judge(one, ({ spec }) => (spec.ephemeralContainers![0]!.image = 'y'))).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "one" may not be changed\n- image: "x:1"\n+ image: "y"',
    ])
    expect(judge(one, ({ spec }) => delete spec.ephemeralContainers)).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "one" may not be removed\n',
    ])
  })

  test('refuses static Pods', () => {
    expect(judge(({ metadata }) => (metadata.annotations = { 'kubernetes.io/config.mirror': 'x' }), one)).toEqual([
      '[]: Forbidden: static pods do not support ephemeral containers',
    ])
  })
})
