import { dnsSubdomainErrors, type FieldError, type FieldPath, forbidden, invalid, notSupported, required } from '@kubetape/apimachinery'
import type { PodSecurityContext, PodSpec, SecurityContext, WindowsSecurityContextOptions } from '@kubetape/api/types/core/v1'
import { placedContainers } from './container-walk.ts'
import { checkRule } from './field-rule.ts'

const CREDENTIAL_SPEC_MAX_KIB = 64
const DOMAIN_MAX_CHARACTERS = 256
const USER_MAX_CHARACTERS = 104
const controlPattern = /[\x00-\x1f\x7f]/
const netBiosPattern = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const domainPattern = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`)

/** Validates what only Windows knows (API reference, WindowsSecurityContextOptions). */
export function validateWindowsOptions(options: WindowsSecurityContextOptions, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options
  if (name !== undefined) errors.push(...checkRule(path.child('gmsaCredentialSpecName'), name, dnsSubdomainErrors))
  const specPath = path.child('gmsaCredentialSpec')
  if (spec === '') errors.push(invalid(specPath, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (spec !== undefined && Buffer.byteLength(spec) > CREDENTIAL_SPEC_MAX_KIB * 1024) {
    errors.push(invalid(specPath, spec, `gmsaCredentialSpec size must be under ${CREDENTIAL_SPEC_MAX_KIB} KiB`))
  }
  if (user !== undefined) errors.push(...checkRule(path.child('runAsUserName'), user, userNameErrors))
  return errors
}

/** `user` or `DOMAIN\user` (naming conventions of Active Directory). */
function userNameErrors(value: string): string[] {
  if (value === '') return ['runAsUserName cannot be an empty string']
  if (controlPattern.test(value)) return ['runAsUserName cannot contain control characters']
  const parts = value.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const domain = parts.length === 2 ? parts[0]! : undefined
  const user = parts.at(-1)!
  const messages: string[] = []
  if (domain !== undefined) {
    if (Buffer.byteLength(domain) >= DOMAIN_MAX_CHARACTERS)
      messages.push(`runAsUserName's Domain length must be under ${DOMAIN_MAX_CHARACTERS} characters`)
    if (!netBiosPattern.test(domain) && !domainPattern.test(domain))
      messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  if (user === '') messages.push("runAsUserName's User cannot be empty")
  else if (Buffer.byteLength(user) > USER_MAX_CHARACTERS)
    messages.push(`runAsUserName's User length must not be longer than ${USER_MAX_CHARACTERS} characters`)
  if (/^[. ]+$/.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) messages.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`)
  return messages
}

/** A Pod with a host-process container has nothing else in it and uses the host's network (KEP-1981). */
export function validateHostProcess(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  let all = 0
  let onHost = 0
  for (const { container, path: place } of placedContainers(spec, path)) {
    all++
    const own = container.securityContext?.windowsOptions?.hostProcess
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      errors.push(
        invalid(
          place.child('securityContext', 'windowsOptions', 'hostProcess'),
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      )
    }
    if (own ?? ofPod) onHost++
  }
  if (onHost === 0) return errors
  if (onHost !== all)
    errors.push(invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'))
  if (!spec.hostNetwork)
    errors.push(invalid(path.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'))
  return errors
}

const POD_FIELDS_BEFORE_HOST: readonly (keyof PodSecurityContext)[] = ['appArmorProfile', 'seLinuxOptions']
const POD_FIELDS_AFTER_HOST: readonly (keyof PodSecurityContext)[] = ['seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls']
const POD_FIELDS_LAST: readonly (keyof PodSecurityContext)[] = ['runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy']
const CONTAINER_FIELDS: readonly (keyof SecurityContext)[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
]

/** Validates that a Pod which names its operating system asks for nothing that the system has not (KEP-2802). */
export function validateOperatingSystem(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const name = spec.os?.name
  if (spec.os === undefined) return []
  if (!name) return [required(path.child('os', 'name'), 'cannot be empty')]
  if (name === 'windows') return validateForWindows(spec, path)
  return name === 'linux' ? validateForLinux(spec, path) : [notSupported(path.child('os'), name, ['linux', 'windows'])]
}

function validateForLinux(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const refuse = (place: FieldPath): FieldError =>
    forbidden(place.child('securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod')
  return [
    ...(spec.securityContext?.windowsOptions ? [refuse(path)] : []),
    ...[...placedContainers(spec, path)]
      .filter(({ container }) => container.securityContext?.windowsOptions)
      .map(({ path: place }) => refuse(place)),
  ]
}

function validateForWindows(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const refuse = (place: FieldPath): void => void errors.push(forbidden(place, 'cannot be set for a windows pod'))
  const context = spec.securityContext
  const refuseFields = (fields: readonly (keyof PodSecurityContext)[]): void => {
    for (const field of fields) if (context?.[field] !== undefined) refuse(path.child('securityContext', field))
  }
  refuseFields(POD_FIELDS_BEFORE_HOST)
  if (spec.hostUsers !== undefined) refuse(path.child('hostUsers'))
  if (spec.hostPID) refuse(path.child('hostPID'))
  if (spec.hostIPC) refuse(path.child('hostIPC'))
  refuseFields(POD_FIELDS_AFTER_HOST)
  if (spec.shareProcessNamespace !== undefined) refuse(path.child('shareProcessNamespace'))
  refuseFields(POD_FIELDS_LAST)
  for (const { container, path: place } of placedContainers(spec, path)) {
    for (const field of CONTAINER_FIELDS)
      if (container.securityContext?.[field] !== undefined) refuse(place.child('securityContext', field))
  }
  return errors
}
