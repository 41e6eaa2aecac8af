import type { SELinuxOptions } from '@kubetape/api/types/core/v1'
import { allContainers } from '../../registry/core/pod/container-walk.ts'
import {
  contextsOf,
  namedContainers,
  plural,
  type PodCheck,
  quoted,
  setters,
  sortedSet,
  type VersionedCheck,
  type Violation,
} from './pod-check.ts'

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/'
const PROFILES = new Set(['RuntimeDefault', 'Localhost'])

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
]
const SYSCTLS_1_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports']
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
]

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']
const SELINUX_TYPES_1_31 = [...SELINUX_TYPES, 'container_engine_t']

const appArmor: PodCheck = ({ annotations, spec }) => {
  const isAllowed = (type: string | undefined): boolean => type === undefined || PROFILES.has(type)
  const own = spec.securityContext?.appArmorProfile?.type
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => !isAllowed(context.appArmorProfile?.type))
  const types = [...(isAllowed(own) ? [] : [own!]), ...bad.map(([, context]) => context.appArmorProfile!.type)]
  const noted = Object.entries(annotations)
    .filter(
      ([key, value]) =>
        key.startsWith(APP_ARMOR_ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const who = setters(
    !isAllowed(own),
    bad.map(([name]) => name),
  )
  if (noted.length > 0) who.push(plural(noted.length, 'annotation'))
  if (who.length === 0) return undefined
  const values = [...sortedSet(types), ...noted.sort()]
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  }
}

const capabilities: PodCheck = ({ spec }) => {
  const added = contextsOf(allContainers(spec)).map(
    ([name, context]) => [name, (context.capabilities?.add ?? []).filter((one) => !DEFAULT_CAPABILITIES.has(one))] as const,
  )
  const bad = added.filter(([, forbidden]) => forbidden.length > 0)
  if (bad.length === 0) return undefined
  const names = sortedSet(bad.flatMap(([, forbidden]) => forbidden))
  return {
    reason: 'non-default capabilities',
    detail: `${namedContainers(bad.map(([name]) => name))} must not include ${quoted(names)} in securityContext.capabilities.add`,
  }
}

const hostNamespaces: PodCheck = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field])
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
}

const hostPaths: PodCheck = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name)
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume')} ${quoted(names)}` }
}

const hostPorts: PodCheck = ({ spec }) => {
  const used = [...allContainers(spec)].map(
    ({ name, ports = [] }) => [name, ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]))] as const,
  )
  const bad = used.filter(([, ports]) => ports.length > 0)
  if (bad.length === 0) return undefined
  const ports = sortedSet(bad.flatMap(([, all]) => all))
  const who = namedContainers(bad.map(([name]) => name))
  return {
    reason: 'hostPort',
    detail: `${who} ${plural(bad.length, 'uses', 'use')} ${plural(ports.length, 'hostPort')} ${ports.join(', ')}`,
  }
}

const privileged: PodCheck = ({ spec }) => {
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => context.privileged)
  if (bad.length === 0) return undefined
  return { reason: 'privileged', detail: `${namedContainers(bad.map(([name]) => name))} must not set securityContext.privileged=true` }
}

const procMount: PodCheck = ({ spec, relaxed }) => {
  if (relaxed) return undefined
  const bad = contextsOf(allContainers(spec)).filter(([, { procMount: type }]) => type !== undefined && type !== 'Default')
  if (bad.length === 0) return undefined
  const types = sortedSet(bad.map(([, context]) => context.procMount!))
  return {
    reason: 'procMount',
    detail: `${namedContainers(bad.map(([name]) => name))} must not set securityContext.procMount to ${quoted(types)}`,
  }
}

const seLinux =
  (allowed: readonly string[]): PodCheck =>
  ({ spec }) => {
    const isBad = ({ type = '', user, role }: SELinuxOptions): boolean => !allowed.includes(type) || Boolean(user) || Boolean(role)
    const own = spec.securityContext?.seLinuxOptions
    const bad = contextsOf(allContainers(spec)).filter(
      ([, context]) => context.seLinuxOptions !== undefined && isBad(context.seLinuxOptions),
    )
    const all = [...(own === undefined || !isBad(own) ? [] : [own]), ...bad.map(([, context]) => context.seLinuxOptions!)]
    if (all.length === 0) return undefined
    const types = sortedSet(all.map(({ type = '' }) => type).filter((type) => !allowed.includes(type)))
    const said = types.length > 0 ? [`${plural(types.length, 'type')} ${quoted(types)}`] : []
    if (all.some(({ user }) => user)) said.push('user may not be set')
    if (all.some(({ role }) => role)) said.push('role may not be set')
    const who = setters(
      own !== undefined && isBad(own),
      bad.map(([name]) => name),
    )
    return { reason: 'seLinuxOptions', detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${said.join('; ')}` }
  }

/** Before v1.19 profiles were annotations. */
const seccompAnnotations: PodCheck = ({ annotations, spec }) => {
  const keys = [SECCOMP_POD_ANNOTATION, ...[...allContainers(spec)].map(({ name }) => SECCOMP_ANNOTATION + name)]
  const isAllowed = (value: string): boolean => value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
  const bad = sortedSet(
    keys
      .filter((key) => annotations[key] !== undefined && !isAllowed(annotations[key]))
      .map((key) => `${key}=${JSON.stringify(annotations[key])}`),
  )
  if (bad.length === 0) return undefined
  return { reason: 'seccompProfile', detail: `forbidden ${plural(bad.length, 'annotation')} ${bad.join(', ')}` }
}

/** Who sets a profile that is not allowed. */
export const badSeccomp: PodCheck = ({ spec }): Violation | undefined => {
  const isBad = (type: string | undefined): boolean => type !== undefined && !PROFILES.has(type)
  const own = spec.securityContext?.seccompProfile?.type
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => isBad(context.seccompProfile?.type))
  const who = setters(
    isBad(own),
    bad.map(([name]) => name),
  )
  if (who.length === 0) return undefined
  const types = sortedSet([...(isBad(own) ? [own!] : []), ...bad.map(([, context]) => context.seccompProfile!.type)])
  return { reason: 'seccompProfile', detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(types)}` }
}

const sysctls =
  (allowed: readonly string[]): PodCheck =>
  ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name))
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
  }

const hostProcess: PodCheck = ({ spec }) => {
  const bad = contextsOf(allContainers(spec)).filter(([, context]) => context.windowsOptions?.hostProcess)
  const who = setters(
    spec.securityContext?.windowsOptions?.hostProcess === true,
    bad.map(([name]) => name),
  )
  if (who.length === 0) return undefined
  return { reason: 'hostProcess', detail: `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true` }
}

/** What the level baseline forbids (Kubernetes documentation, "Pod Security Standards"), in the order in which messages list it. */
export const BASELINE_CHECKS: readonly VersionedCheck[] = [
  { id: 'appArmorProfile', since: [[0, appArmor]] },
  { id: 'capabilities_baseline', since: [[0, capabilities]] },
  { id: 'hostNamespaces', since: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', since: [[0, hostPaths]] },
  { id: 'hostPorts', since: [[0, hostPorts]] },
  { id: 'privileged', since: [[0, privileged]] },
  { id: 'procMount', since: [[0, procMount]] },
  {
    id: 'seLinuxOptions',
    since: [
      [0, seLinux(SELINUX_TYPES)],
      [31, seLinux(SELINUX_TYPES_1_31)],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    since: [
      [0, seccompAnnotations],
      [19, badSeccomp],
    ],
  },
  {
    id: 'sysctls',
    since: [
      [0, sysctls(SYSCTLS)],
      [27, sysctls(SYSCTLS_1_27)],
      [29, sysctls(SYSCTLS_1_29)],
    ],
  },
  { id: 'windowsHostProcess', since: [[0, hostProcess]] },
]
