import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  portNameErrors,
  portNumberErrors,
  required,
} from '@kubetape/apimachinery'
import type { Container, ContainerPort, EphemeralContainer, Volume } from '@kubetape/api/types/core/v1'
import type { AnyContainer } from './container-walk.ts'
import { validateEnv, validateEnvFrom } from './env-validation.ts'
import { checkDnsLabel, checkRule } from './field-rule.ts'
import { validateDevices, validateMounts } from './mount-validation.ts'
import { validateLifecycle, validateProbes } from './probe-validation.ts'
import { validateResizePolicies } from './resize-policy-validation.ts'
import { validateResourceRequirements } from './resource-requirements.ts'
import { validateContainerSecurity } from './security-context-validation.ts'
import type { PodValidationOptions } from './validation-options.ts'

/** What the containers of one spec are judged by. */
export interface ContainerScope {
  /** The valid volumes by name. */
  readonly volumes: ReadonlyMap<string, Volume>
  readonly claimNames: ReadonlySet<string>
  readonly graceSeconds: number
  readonly restartPolicy: string
  /** The containers use the host's user namespace. */
  readonly hostUsers: boolean
  readonly options: PodValidationOptions
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** Validates the main containers of a spec. */
export function validateContainers(containers: readonly Container[], scope: ContainerScope, path: FieldPath): FieldError[] {
  if (containers.length === 0) return [required(path)]
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [at, container] of containers.entries()) {
    const place = path.index(at)
    errors.push(...validateCommon(container, scope, place))
    if (names.has(container.name)) errors.push(duplicate(place.child('name'), container.name))
    names.add(container.name)
    errors.push(...validateRunning(container, scope, place))
    if (container.restartPolicy !== undefined)
      errors.push(forbidden(place.child('restartPolicy'), 'may not be set for non-init containers'))
  }
  return [...errors, ...validateHostPorts(containers, path)]
}

/** Validates the init containers of a spec, sidecars among them (KEP-753). */
export function validateInitContainers(
  containers: readonly Container[],
  mains: readonly Container[],
  scope: ContainerScope,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set(mains.map((container) => container.name))
  for (const [at, container] of containers.entries()) {
    const place = path.index(at)
    errors.push(...validateCommon(container, scope, place))
    const { restartPolicy } = container
    if (restartPolicy !== undefined && restartPolicy !== 'Always')
      errors.push(notSupported(place.child('restartPolicy'), restartPolicy, ['Always']))
    if (names.has(container.name)) errors.push(duplicate(place.child('name'), container.name))
    else if (container.name) names.add(container.name)
    // Init containers run one after the other, so each is alone on its host ports.
    errors.push(...validateHostPorts([container], path))
    errors.push(...(restartPolicy === 'Always' ? validateRunning(container, scope, place) : forbidRunning(container, place)))
    if (container.resizePolicy?.length)
      errors.push(invalid(place.child('resizePolicy'), container.resizePolicy, 'must not be set for init containers'))
  }
  return errors
}

/** What is set in an ephemeral container although it may not be, in the order of its type (KEP-277). */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** Validates ephemeral containers; their names are unique among all containers. */
export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  others: readonly Container[],
  scope: ContainerScope,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  const otherNames = new Set(others.map((container) => container.name))
  const names = new Set(otherNames)
  for (const [at, container] of containers.entries()) {
    const place = path.index(at)
    errors.push(...validateCommon(container, scope, place), ...validateImageForPod(container, place))
    if (names.has(container.name)) errors.push(duplicate(place.child('name'), container.name))
    names.add(container.name)
    const target = container.targetContainerName
    if (target && !otherNames.has(target)) errors.push(notFoundValue(place.child('targetContainerName'), target))
    for (const field of NOT_EPHEMERAL)
      if (isSet(container[field])) errors.push(forbidden(place.child(field), 'cannot be set for an Ephemeral Container'))
    for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (mount[field])
          errors.push(forbidden(place.child('volumeMounts').index(index).child(field), 'cannot be set for an Ephemeral Container'))
      }
    }
  }
  return errors
}

/** `resources: {}` is what every container has; only something in it counts. */
const isSet = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** In a Pod, other than in a template, an image has no blanks around it. */
export function validateImageForPod(container: AnyContainer, path: FieldPath): FieldError[] {
  const image = container.image ?? ''
  return image === image.trim() ? [] : [invalid(path.child('image'), image, 'must not have leading or trailing whitespace')]
}

/** What holds for every container. */
function validateCommon(container: AnyContainer, scope: ContainerScope, path: FieldPath): FieldError[] {
  const { options, volumes } = scope
  const errors: FieldError[] = []
  if (!container.name) errors.push(required(path.child('name')))
  else errors.push(...checkDnsLabel(path.child('name'), container.name))
  if (!container.image) errors.push(required(path.child('image')))
  errors.push(
    ...validateChoice(container.terminationMessagePolicy, MESSAGE_POLICIES, path.child('terminationMessagePolicy')),
    ...validatePorts(container.ports ?? [], path.child('ports')),
    ...validateEnv(container.env, path.child('env'), options),
    ...validateEnvFrom(container.envFrom, path.child('envFrom'), options),
    ...validateMounts(container, volumes, path.child('volumeMounts')),
    ...validateDevices(container, volumes, path.child('volumeDevices')),
    ...validateChoice(container.imagePullPolicy, PULL_POLICIES, path.child('imagePullPolicy')),
    ...validateResourceRequirements(container.resources ?? {}, path.child('resources'), {
      claimNames: scope.claimNames,
      allowIndivisibleHugePages: options.allowIndivisibleHugePages,
    }),
    ...validateResizePolicies(container.resizePolicy ?? [], scope.restartPolicy, path.child('resizePolicy')),
  )
  if (container.securityContext)
    errors.push(...validateContainerSecurity(container.securityContext, path.child('securityContext'), scope.hostUsers))
  return errors
}

/** A value that must be given and be one of the supported ones. */
export function validateChoice(value: string | undefined, supported: readonly string[], path: FieldPath): FieldError[] {
  if (!value) return [required(path)]
  return supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

/** What only containers that keep running have: lifecycle and probes. */
function validateRunning(container: Container, scope: ContainerScope, path: FieldPath): FieldError[] {
  return [
    ...(container.lifecycle ? validateLifecycle(container.lifecycle, path.child('lifecycle'), scope.graceSeconds) : []),
    ...validateProbes(container, path, scope.graceSeconds),
  ]
}

function forbidRunning(container: Container, path: FieldPath): FieldError[] {
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((field) => container[field] !== undefined)
    .map((field) => forbidden(path.child(field), 'may not be set for init containers without restartPolicy=Always'))
}

function validatePorts(ports: readonly ContainerPort[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [at, port] of ports.entries()) {
    const place = path.index(at)
    if (port.name) {
      const wrong = checkRule(place.child('name'), port.name, portNameErrors)
      if (wrong.length > 0) errors.push(...wrong)
      else if (names.has(port.name)) errors.push(duplicate(place.child('name'), port.name))
      else names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(place.child('containerPort')))
    else errors.push(...checkRule(place.child('containerPort'), port.containerPort, portNumberErrors))
    if (port.hostPort) errors.push(...checkRule(place.child('hostPort'), port.hostPort, portNumberErrors))
    errors.push(...validateChoice(port.protocol, PROTOCOLS, place.child('protocol')))
  }
  return errors
}

/** A port of the host is given out once. */
function validateHostPorts(containers: readonly Container[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const taken = new Set<string>()
  for (const [at, container] of containers.entries()) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(key)) errors.push(duplicate(path.index(at).child('ports').index(index).child('hostPort'), key))
      taken.add(key)
    }
  }
  return errors
}
