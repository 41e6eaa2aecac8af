import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Pod } from '@kubetape/api/types/core/v1'
import { validatePodSpec } from './pod-validation.ts'
import { isHostSysctl } from './security-context-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const judge = (change: (pod: Pod) => void): string[] => {
  const pod = podWith(change)
  return texts(validatePodSpec(pod.spec, pod.metadata, FieldPath.of('spec'), podValidationOptions(undefined, gatesWith(), true)))
}
const ofPod = (securityContext: object, spec: object = {}): string[] =>
  judge((pod) => void Object.assign(pod.spec, { securityContext, ...spec })).map((text) => text.replace('spec.securityContext.', ''))
const ofContainer = (securityContext: object, spec: object = {}): string[] =>
  judge((pod) => {
    Object.assign(pod.spec, spec)
    Object.assign(pod.spec.containers[0]!, { securityContext })
  }).map((text) => text.replace('spec.containers[0].securityContext', 'c'))

describe('security contexts', () => {
  test.each<[string, object, string[]]>([
    [
      'ids below zero',
      { fsGroup: -1, runAsUser: 2147483648, supplementalGroups: [-1] },
      [
        'fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'runAsUser: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive',
        'supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      ],
    ],
    [
      'unknown policies',
      { fsGroupChangePolicy: 'Never', supplementalGroupsPolicy: 'Replace' },
      [
        'fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"',
        'supplementalGroupsPolicy: Unsupported value: "Replace": supported values: "Merge", "Strict"',
      ],
    ],
    [
      'bad sysctls',
      {
        sysctls: [
          { name: '', value: '' },
          { name: 'a..b', value: '' },
          { name: 'a.b', value: '' },
          { name: 'a.b', value: '' },
        ],
      },
      [
        'sysctls[0].name: Required value',
        'sysctls[1].name: Invalid value: "a..b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'sysctls[3].name: Duplicate value: "a.b"',
      ],
    ],
    [
      'seccomp without type',
      { seccompProfile: { type: '' } },
      ['seccompProfile.type: Required value: type is required when seccompProfile is set'],
    ],
    [
      'seccomp without file',
      { seccompProfile: { type: 'Localhost' } },
      ['seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost'],
    ],
    [
      'seccomp with another file',
      { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'a' } },
      [
        'seccompProfile.localhostProfile: Invalid value: {"type":"RuntimeDefault","localhostProfile":"a"}: can only be set when seccomp type is Localhost',
      ],
    ],
    [
      'AppArmor with blanks',
      { appArmorProfile: { type: 'Localhost', localhostProfile: ' a' } },
      ['appArmorProfile.localhostProfile: Invalid value: " a": must not be padded with whitespace'],
    ],
    [
      'a long AppArmor profile',
      { appArmorProfile: { type: 'Localhost', localhostProfile: 'a'.repeat(4096) } },
      ['appArmorProfile.localhostProfile: Too long: may not be longer than 4095'],
    ],
    [
      'a bad Windows user',
      { windowsOptions: { gmsaCredentialSpec: '', runAsUserName: '..\\a*' } },
      [
        'windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
        'windowsOptions.runAsUserName: Invalid value: "..\\\\a*": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
        'windowsOptions.runAsUserName: Invalid value: "..\\\\a*": runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]',
      ],
    ],
  ])('of Pods with %s are refused', (_, context, expected) => {
    expect(ofPod(context)).toEqual(expected)
  })

  test.each<[string, object, string[]]>([
    [
      'privilege without escalation',
      { privileged: true, allowPrivilegeEscalation: false },
      [
        'c: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ],
    ],
    ['unmasked proc', { procMount: 'Unmasked' }, ['c.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`']],
    ['unknown proc', { procMount: 'Open' }, ['c.procMount: Unsupported value: "Open": supported values: "Default", "Unmasked"']],
  ])('of containers with %s are refused', (_, context, expected) => {
    expect(ofContainer(context)).toEqual(expected)
  })

  test('keep settings of the kernel out of namespaces that the host shares', () => {
    const sysctls = [
      { name: 'net.ipv4.tcp_syncookies', value: '1' },
      { name: 'kernel/shm_rmid_forced', value: '1' },
    ]
    expect(ofPod({ sysctls }, { hostNetwork: true, hostIPC: true })).toEqual([
      'sysctls[0].name: Invalid value: "net.ipv4.tcp_syncookies": may not be specified when \'hostNetwork\' is true',
      'sysctls[1].name: Invalid value: "kernel/shm_rmid_forced": may not be specified when \'hostIPC\' is true',
    ])
    expect(ofPod({ sysctls })).toEqual([])
    expect(isHostSysctl('net/ipv4/conf/eth0.1/arp_accept', { containers: [], hostNetwork: true })).toBe(true)
    expect(isHostSysctl('vm.swappiness', { containers: [], hostNetwork: true, hostIPC: true })).toBe(false)
  })

  test('do not share processes with Pod and host at once', () => {
    expect(ofPod({}, { shareProcessNamespace: true, hostPID: true })).toEqual([
      'shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ])
  })
})

describe('operating systems', () => {
  test('refuse what they have not', () => {
    expect(ofContainer({ windowsOptions: { hostProcess: false } }, { os: { name: 'linux' } })).toEqual([
      'c.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
    ])
    expect(
      ofContainer(
        { privileged: true, runAsUser: 1 },
        { os: { name: 'windows' }, hostIPC: true, securityContext: { supplementalGroups: [1] } },
      ),
    ).toEqual(
      ['spec.hostIPC', 'spec.securityContext.supplementalGroups', 'c.privileged', 'c.runAsUser'].map(
        (field) => `${field}: Forbidden: cannot be set for a windows pod`,
      ),
    )
  })

  test('have names that are known', () => {
    expect(judge(({ spec }) => void (spec.os = { name: '' }))).toEqual(['spec.os.name: Required value: cannot be empty'])
    expect(judge(({ spec }) => void (spec.os = { name: 'plan9' }))).toEqual([
      'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"',
    ])
  })

  test('run host processes all or none, on the network of the host', () => {
    const change = ({ spec }: Pod): void => {
      spec.securityContext = { windowsOptions: { hostProcess: true } }
      spec.containers.push({ name: 'other', image: 'x:1', securityContext: { windowsOptions: { hostProcess: false } } })
    }
    expect(judge(change)).toEqual([
      'spec.containers[1].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true',
      'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
      'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
    ])
  })
})
