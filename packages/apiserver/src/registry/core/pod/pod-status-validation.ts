import {
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  internalFieldError,
  invalid,
  notSupported,
} from '@kubetape/apimachinery'
import type {
  Container,
  ContainerStatus,
  Pod,
  PodCondition,
  PodResourceClaimStatus,
  PodSpec,
  ResourceStatus,
} from '@kubetape/api/types/core/v1'
import { isSidecar } from './container-walk.ts'
import { checkQualifiedName, checkRule, checkSubdomain, checkUnixId } from './field-rule.ts'
import { checkIp, ipFamily } from './ip-rule.ts'
import { validatePodAnnotationUpdate } from './pod-annotations.ts'
import { validatePodMetaUpdate } from './pod-update-validation.ts'
import type { PodValidationOptions } from './validation-options.ts'

const META = FieldPath.of('metadata')
const STATUS = FieldPath.of('status')
/** Conditions of Kubernetes' own; others are named like labels. */
const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized'])
const HEALTH = ['Healthy', 'Unhealthy', 'Unknown']

/** Validates a changed status: what a kubelet or a controller reports (v1.31). */
export function validatePodStatusUpdate(pod: Readonly<Pod>, old: Readonly<Pod>, options: PodValidationOptions): FieldError[] {
  const { spec, status = {} } = pod
  const before = old.status ?? {}
  const nominated = status.nominatedNodeName
  return [
    ...validatePodMetaUpdate(pod, old),
    ...validatePodAnnotationUpdate(pod.metadata, old.metadata, spec, META.child('annotations'), options),
    ...validateConditions(status.conditions ?? [], META.child('conditions')),
    ...(nominated && nominated !== before.nominatedNodeName ? checkSubdomain(STATUS.child('nominatedNodeName'), nominated) : []),
    ...validateTransitions(
      status.containerStatuses,
      before.containerStatuses,
      STATUS.child('containerStatuses'),
      old.spec.restartPolicy,
      [],
    ),
    ...validateTransitions(
      status.initContainerStatuses,
      before.initContainerStatuses,
      STATUS.child('initContainerStatuses'),
      old.spec.restartPolicy,
      old.spec.initContainers ?? [],
    ),
    // Kubelets never restart ephemeral containers.
    ...validateTransitions(
      status.ephemeralContainerStatuses,
      before.ephemeralContainerStatuses,
      STATUS.child('ephemeralContainerStatuses'),
      'Never',
      [],
    ),
    ...validateClaimStatuses(status.resourceClaimStatuses ?? [], spec, STATUS.child('resourceClaimStatuses')),
    ...validatePodIps(status.podIPs ?? [], STATUS.child('podIPs')),
    ...validateHostIps(status.hostIP, status.hostIPs ?? [], STATUS.child('hostIPs')),
    ...(['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const).flatMap((list) =>
      validateUsers(status[list] ?? [], spec, STATUS.child(list)),
    ),
    ...validateDevices(status.containerStatuses ?? [], spec.containers, STATUS.child('containerStatuses')),
    ...validateDevices(status.initContainerStatuses ?? [], spec.initContainers ?? [], STATUS.child('initContainerStatuses')),
    ...(status.ephemeralContainerStatuses ?? []).flatMap((one, at) =>
      one.allocatedResourcesStatus?.length
        ? [
            forbidden(
              STATUS.child('ephemeralContainerStatuses').index(at).child('allocatedResourcesStatus'),
              'must not be specified in container status',
            ),
          ]
        : [],
    ),
  ]
}

function validateConditions(conditions: readonly PodCondition[], path: FieldPath): FieldError[] {
  return conditions.flatMap(({ type }, at) =>
    SYSTEM_CONDITIONS.has(type) ? [] : checkQualifiedName(path.index(at).child('Type'), type ?? ''),
  )
}

/** A container that has ended for good stays ended. */
function validateTransitions(
  now: readonly ContainerStatus[] = [],
  before: readonly ContainerStatus[] = [],
  path: FieldPath,
  restartPolicy: string | undefined,
  inits: readonly Container[],
): FieldError[] {
  if (restartPolicy === 'Always') return []
  const errors: FieldError[] = []
  for (const [at, old] of before.entries()) {
    const ended = old.state?.terminated
    if (!ended || (ended.exitCode !== 0 && restartPolicy === 'OnFailure')) continue
    if (isSidecar(inits.find(({ name }) => name === old.name))) continue
    for (const one of now) {
      if (one.name === old.name && !one.state?.terminated)
        errors.push(forbidden(path.index(at).child('state'), 'may not be transitioned to non-terminated state'))
    }
  }
  return errors
}

function validateClaimStatuses(statuses: readonly PodResourceClaimStatus[], spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [at, { name, resourceClaimName }] of statuses.entries()) {
    const place = path.index(at).child('name')
    if (!spec.resourceClaims?.some((claim) => claim.name === name))
      errors.push(invalid(place, name, 'must match the name of an entry in `spec.resourceClaims`'))
    if (names.has(name)) errors.push(duplicate(place, name))
    names.add(name)
    if (resourceClaimName !== undefined) errors.push(...checkRule(place, resourceClaimName, dnsSubdomainErrors))
  }
  return errors
}

function validatePodIps(addresses: readonly { ip: string }[], path: FieldPath): FieldError[] {
  const errors = addresses.flatMap(({ ip }, at) => checkIp(path.index(at), ip ?? ''))
  return addresses.length > 1 ? [...errors, ...validateFamilies(addresses, path), ...findRepeated(addresses, path)] : errors
}

function validateHostIps(hostIp: string | undefined, addresses: readonly { ip: string }[], path: FieldPath): FieldError[] {
  const [first] = addresses
  if (first === undefined) return []
  const errors = (hostIp ?? '') === first.ip ? [] : [invalid(path.index(0).child('ip'), first.ip, 'must be equal to `hostIP`')]
  errors.push(...addresses.flatMap(({ ip }, at) => checkIp(path.index(at), ip ?? '')))
  return addresses.length > 1 ? [...errors, ...findRepeated(addresses, path), ...validateFamilies(addresses, path)] : errors
}

/** At most one address of each family, both where there are two (KEP-563). */
function validateFamilies(addresses: readonly { ip: string }[], path: FieldPath): FieldError[] {
  const families = addresses.map(({ ip }) => ipFamily(ip))
  const bad = families.indexOf(0)
  const unknown =
    bad < 0 ? [] : [internalFieldError(path, `failed to check for dual stack with error:invalid IP[${bad}]: ${addresses[bad]!.ip}`)]
  const dual = bad < 0 && families.includes(4) && families.includes(6)
  return dual && addresses.length === 2 ? [] : [...unknown, invalid(path, addresses, 'may specify no more than one IP for each IP family')]
}

function findRepeated(addresses: readonly { ip: string }[], path: FieldPath): FieldError[] {
  return addresses.flatMap((address, at) =>
    addresses.findIndex(({ ip }) => ip === address.ip) < at ? [duplicate(path.index(at), address)] : [],
  )
}

/** KEP-3619: the identity of a container's first process. */
function validateUsers(statuses: readonly ContainerStatus[], spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  return statuses.flatMap(({ user }, at) => {
    const linux = user?.linux
    if (!linux) return []
    const place = path.index(at).child('linux')
    if (spec.os?.name === 'windows') return [forbidden(place, 'cannot be set for a windows pod')]
    return [
      ...checkUnixId(place.child('uid'), linux.uid),
      ...checkUnixId(place.child('gid'), linux.gid),
      ...(linux.supplementalGroups ?? []).flatMap((group, index) => checkUnixId(place.child('supplementalGroups').index(index), group)),
    ]
  })
}

/** KEP-4680: the health of the devices that a container asks for. */
function validateDevices(statuses: readonly ContainerStatus[], containers: readonly Container[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  for (const [at, { name, allocatedResourcesStatus }] of statuses.entries()) {
    const container = containers.find((one) => one.name === name)
    for (const [index, resource] of (allocatedResourcesStatus ?? []).entries()) {
      if (container === undefined) errors.push(invalid(path.index(at).child('name'), name, "must match one of the container's names"))
      const place = path.index(at).child('allocatedResourcesStatus').index(index)
      if (container?.resources?.requests?.[resource.name] === undefined) {
        errors.push(invalid(place.child('name'), resource.name, "must match one of the container's resource requirements", resource.name))
      }
      errors.push(...validateHealth(resource, place.child('resources')))
    }
  }
  return errors
}

function validateHealth(resource: ResourceStatus, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { health = '', resourceID }] of (resource.resources ?? []).entries()) {
    if (!HEALTH.includes(health)) errors.push(notSupported(path.index(at).child('health'), health, HEALTH))
    if (seen.has(resourceID)) errors.push(duplicate(path.index(at).child('resourceID'), resourceID))
    seen.add(resourceID)
  }
  return errors
}
