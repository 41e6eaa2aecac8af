import { describe, expect, test } from '@jest/globals'
import { printReasons, printViolations, violationsOf } from './evaluate-pod.ts'
import type { Level, LevelVersion } from './security-policy.ts'

const container = (name: string, securityContext: object = {}, more: object = {}): object => ({
  name,
  image: 'i',
  securityContext,
  ...more,
})
const said = (
  level: Level,
  spec: object,
  {
    version = 'latest',
    annotations = {},
    relaxed = false,
  }: { version?: LevelVersion['version']; annotations?: Record<string, string>; relaxed?: boolean } = {},
): string => printViolations(violationsOf({ annotations, spec: { containers: [], ...spec }, relaxed }, { level, version }))

/** A Pod that every level takes. */
const strict = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container('a', { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
}

describe('violationsOf()', () => {
  test('lets everything pass as privileged, and a strict Pod everywhere', () => {
    expect(said('privileged', { hostNetwork: true })).toBe('')
    expect([said('baseline', strict), said('restricted', strict)]).toEqual(['', ''])
  })

  test.each<[object, string]>([
    [{ hostNetwork: true, hostPID: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)'],
    [
      { containers: [container('a', { privileged: true }), container('b', { privileged: true })] },
      'privileged (containers "a", "b" must not set securityContext.privileged=true)',
    ],
    [
      { containers: [container('a', { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } })] },
      'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [
      {
        containers: [
          container(
            'a',
            {},
            {
              ports: [
                { containerPort: 1, hostPort: 80 },
                { containerPort: 2, hostPort: 443 },
              ],
            },
          ),
        ],
      },
      'hostPort (container "a" uses hostPorts 443, 80)',
    ],
    [
      { initContainers: [container('a', { procMount: 'Unmasked' })] },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      { securityContext: { seLinuxOptions: { user: 'u' } }, containers: [container('a', { seLinuxOptions: { type: 't' } })] },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "t"; user may not be set)',
    ],
    [
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [{ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, 'forbidden sysctls (kernel.msgmax)'],
    [
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
  ])('says what baseline has against %j', (spec, wanted) => {
    expect(said('baseline', spec)).toBe(wanted)
  })

  test('says what restricted has against a Pod that says nothing', () => {
    expect(said('restricted', { containers: [container('a'), container('b')] })).toBe(
      'allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    )
  })

  test('says what restricted has against single fields', () => {
    const spec = {
      ...strict,
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', nfs: { server: 's', path: '/' } },
      ],
      securityContext: { ...strict.securityContext, runAsUser: 0 },
      containers: [
        container('a', { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['CHOWN'] }, runAsNonRoot: false }),
      ],
    }
    expect(said('restricted', spec)).toBe(
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add), ' +
        'restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs"), ' +
        'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false), ' +
        'runAsUser=0 (pod must not set runAsUser=0)',
    )
  })

  test('lists baseline first, without what restricted judges itself', () => {
    const spec = { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/' } }], containers: [] }
    expect(printReasons(violationsOf({ annotations: {}, spec: spec, relaxed: false }, { level: 'restricted', version: 'latest' }))).toBe(
      'host namespaces, restricted volume types',
    )
  })

  test('judges by the standards of a version', () => {
    expect(said('restricted', { containers: [container('a')] }, { version: 7 })).toBe(
      'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
    )
    const reserved = { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] } }
    expect([said('baseline', reserved, { version: 26 }), said('baseline', reserved, { version: 27 })]).toEqual([
      'forbidden sysctls (net.ipv4.ip_local_reserved_ports)',
      '',
    ])
    const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }
    expect([said('baseline', {}, { version: 18, annotations }), said('baseline', {}, { version: 19, annotations })]).toEqual([
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
      '',
    ])
    expect(said('baseline', { hostPID: true }, { version: 99 })).toBe('host namespaces (hostPID=true)')
  })

  test('asks Pods for Windows only for what there is on Windows', () => {
    expect(said('restricted', { os: { name: 'windows' }, containers: [container('a', { runAsNonRoot: true })] })).toBe('')
    expect(said('restricted', { os: { name: 'windows' }, containers: [container('a', { runAsNonRoot: true })] }, { version: 24 })).not.toBe(
      '',
    )
  })

  test('trusts users that are not the host’s where the gate says so', () => {
    const spec = { ...strict, securityContext: { ...strict.securityContext, runAsUser: 0, runAsNonRoot: false } }
    expect(said('restricted', spec, { relaxed: true })).toBe('')
  })
})
