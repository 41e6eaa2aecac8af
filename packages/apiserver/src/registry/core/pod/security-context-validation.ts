import { duplicate, type FieldError, type FieldPath, invalid, notSupported, required } from '@kubetape/apimachinery'
import type { PodSecurityContext, PodSpec, SeccompProfile, SecurityContext, Sysctl } from '@kubetape/api/types/core/v1'
import { validateAppArmorProfile } from './app-armor.ts'
import { checkUnixId } from './field-rule.ts'
import { checkDescendingPath } from './file-path-rule.ts'
import { validateWindowsOptions } from './windows-validation.ts'
import type { PodValidationOptions } from './validation-options.ts'

const SECCOMP_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
const SYSCTL_MAX_BYTES = 253
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL_PATTERN = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`
const sysctlPattern = new RegExp(SYSCTL_PATTERN)

/** Validates the security context of a whole Pod (API reference, PodSecurityContext). */
export function validatePodSecurity(
  context: PodSecurityContext,
  spec: Readonly<PodSpec>,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors = [
    ...checkUnixId(path.child('fsGroup'), context.fsGroup),
    ...checkUnixId(path.child('runAsUser'), context.runAsUser),
    ...checkUnixId(path.child('runAsGroup'), context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((group, at) => checkUnixId(path.child('supplementalGroups').index(at), group)),
  ]
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalid(path.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'))
  }
  errors.push(...validateSysctls(context.sysctls ?? [], spec, path.child('sysctls'), options))
  if (context.fsGroupChangePolicy !== undefined)
    errors.push(...validateOneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], path.child('fsGroupChangePolicy')))
  if (context.seccompProfile) errors.push(...validateSeccompProfile(context.seccompProfile, path.child('seccompProfile')))
  if (context.windowsOptions) errors.push(...validateWindowsOptions(context.windowsOptions, path.child('windowsOptions')))
  if (context.appArmorProfile) errors.push(...validateAppArmorProfile(context.appArmorProfile, path.child('appArmorProfile')))
  if (context.supplementalGroupsPolicy !== undefined)
    errors.push(...validateOneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], path.child('supplementalGroupsPolicy')))
  return errors
}

/** Validates the security context of one container (API reference, SecurityContext). */
export function validateContainerSecurity(context: SecurityContext, path: FieldPath, hostUsers: boolean): FieldError[] {
  const errors = [...checkUnixId(path.child('runAsUser'), context.runAsUser), ...checkUnixId(path.child('runAsGroup'), context.runAsGroup)]
  if (context.procMount !== undefined) {
    errors.push(...validateOneOf(context.procMount, ['Default', 'Unmasked'], path.child('procMount')))
    if (hostUsers && context.procMount === 'Unmasked')
      errors.push(invalid(path.child('procMount'), 'Unmasked', '`hostUsers` must be false to use `Unmasked`'))
  }
  if (context.seccompProfile) errors.push(...validateSeccompProfile(context.seccompProfile, path.child('seccompProfile')))
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'))
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN')
        errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
    }
  }
  if (context.windowsOptions) errors.push(...validateWindowsOptions(context.windowsOptions, path.child('windowsOptions')))
  if (context.appArmorProfile) errors.push(...validateAppArmorProfile(context.appArmorProfile, path.child('appArmorProfile')))
  return errors
}

const validateOneOf = (value: string, supported: readonly string[], path: FieldPath): FieldError[] =>
  supported.includes(value) ? [] : [notSupported(path, value, supported)]

function validateSeccompProfile(profile: SeccompProfile, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!profile.type) errors.push(required(path.child('type'), 'type is required when seccompProfile is set'))
  else errors.push(...validateOneOf(profile.type, SECCOMP_TYPES, path.child('type')))
  const file = path.child('localhostProfile')
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) errors.push(required(file, 'must be set when seccomp type is Localhost'))
    else errors.push(...checkDescendingPath(file, profile.localhostProfile))
  } else if (profile.localhostProfile !== undefined) {
    errors.push(invalid(file, profile, 'can only be set when seccomp type is Localhost'))
  }
  return errors
}

function validateSysctls(
  sysctls: readonly Sysctl[],
  spec: Readonly<PodSpec>,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [at, sysctl] of sysctls.entries()) {
    const name = sysctl.name ?? ''
    const place = path.index(at).child('name')
    if (name === '') errors.push(required(place))
    else if (Buffer.byteLength(name) > SYSCTL_MAX_BYTES || !sysctlPattern.test(name)) {
      errors.push(invalid(place, name, `must have at most ${SYSCTL_MAX_BYTES} characters and match regex ${SYSCTL_PATTERN}`))
    } else if (names.has(name)) errors.push(duplicate(place, name))
    if (!options.allowHostSysctls && isHostSysctl(name, spec)) {
      errors.push(
        invalid(place, name, `may not be specified when '${sysctlNamespace(name) === 'net' ? 'hostNetwork' : 'hostIPC'}' is true`),
      )
    }
    names.add(name)
  }
  return errors
}

/** Whether a setting belongs to a namespace that the Pod shares with its host. */
export function isHostSysctl(name: string, spec: Readonly<PodSpec>): boolean {
  const namespace = sysctlNamespace(name)
  return (namespace === 'net' && spec.hostNetwork === true) || (namespace === 'ipc' && spec.hostIPC === true)
}

/** Settings of the kernel that belong to the IPC namespace, beside all of `fs.mqueue.` and `kernel.shm`, `kernel.msg` (sysctls of Kubernetes). */
const IPC_SYSCTLS = ['kernel.sem']
const IPC_PREFIXES = ['kernel.shm', 'kernel.msg', 'fs.mqueue.']

function sysctlNamespace(name: string): 'net' | 'ipc' | undefined {
  const dotted = withDots(name)
  if (dotted.startsWith('net.')) return 'net'
  return IPC_SYSCTLS.includes(dotted) || IPC_PREFIXES.some((prefix) => dotted.startsWith(prefix)) ? 'ipc' : undefined
}

/** `net/ipv4/conf/eth0.1/x` → `net.ipv4.conf.eth0/1.x`: whichever separator comes first separates (sysctl.d(5)). */
function withDots(name: string): string {
  const first = /[./]/.exec(name)?.[0]
  return first === '/' ? name.replace(/[./]/g, (one) => (one === '/' ? '.' : '/')) : name
}
