import { FieldPath, type ObjectMeta, quantityOf } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { ContainerPort, EnvVar, Pod, PodAffinityTerm, PodSpec, PodTemplateSpec } from '@kubetape/api/types/core/v1'
import { APP_ARMOR_ANNOTATION, appArmorWarning } from './app-armor.ts'
import { type AnyContainer, placedContainers } from './container-walk.ts'
import { SECCOMP_CONTAINER, SECCOMP_POD } from './pod-annotations.ts'
import { DEPRECATED_NODE_LABELS, nodeTermWarnings } from './node-label-warnings.ts'
import { volumeWarnings } from './volume-warnings.ts'
import { warningAt } from './path-warning.ts'

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Annotations that became fields. */
const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

const SECCOMP_NOTE = 'non-functional in v1.27+; use the "seccompProfile" field instead'

/** What a client is told about a new Pod that is valid but odd (v1.31). */
export const podWarnings = (pod: Readonly<Pod>): string[] => specWarnings(pod.spec, pod.metadata, FieldPath.of(''), false)

/** The same about a template; `path` is that of the template. Templates that were stored so are warned about too, as upstream does. */
export function podTemplateWarnings(
  template: Readonly<PodTemplateSpec>,
  _old: Readonly<PodTemplateSpec> | undefined,
  path: string,
  context: { readonly gates: Gates },
): string[] {
  return specWarnings(
    template.spec ?? { containers: [] },
    template.metadata ?? {},
    FieldPath.of(path),
    context.gates.enabled('AppArmorFields'),
  )
}

function specWarnings(spec: Readonly<PodSpec>, metadata: ObjectMeta, root: FieldPath, warnOfAppArmor: boolean): string[] {
  const path = root.child('spec')
  const annotations = root.child('metadata', 'annotations')
  const given = metadata.annotations ?? {}
  const warnings = [...nodeLabelWarnings(spec, path), ...spreadWarnings(spec, path)]
  for (const [key, message] of Object.entries(DEPRECATED_ANNOTATIONS))
    if (given[key] !== undefined) warnings.push(warningAt(annotations.key(key), message))
  for (const [at, volume] of (spec.volumes ?? []).entries()) warnings.push(...volumeWarnings(volume, path.child('volumes').index(at)))
  warnings.push(...listWarnings(spec, path), ...fractionWarnings(spec.overhead, path.child('overhead')))
  if (spec.securityContext?.seccompProfile === undefined && given[SECCOMP_POD] !== undefined)
    warnings.push(warningAt(annotations.key(SECCOMP_POD), SECCOMP_NOTE))
  for (const { container, path: place } of placedContainers(spec, path)) {
    const seccomp = SECCOMP_CONTAINER + container.name
    if (container.securityContext?.seccompProfile === undefined && given[seccomp] !== undefined)
      warnings.push(warningAt(annotations.key(seccomp), SECCOMP_NOTE))
    const appArmor = APP_ARMOR_ANNOTATION + container.name
    const hasProfile = spec.securityContext?.appArmorProfile !== undefined || container.securityContext?.appArmorProfile !== undefined
    // A Pod's own annotations are warned of where they are written as fields.
    if (warnOfAppArmor && !hasProfile && given[appArmor] !== undefined) warnings.push(appArmorWarning(annotations, appArmor))
    warnings.push(...containerWarnings(container, place))
  }
  warnings.push(...portWarnings(spec, path))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    warnings.push(
      warningAt(path.child('terminationGracePeriodSeconds'), 'must be >= 0; negative values are invalid and will be treated as 1'),
    )
  return [...warnings, ...affinityWarnings(spec, path.child('affinity'))]
}

function nodeLabelWarnings(spec: Readonly<PodSpec>, path: FieldPath): string[] {
  const warnings: string[] = []
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    if (DEPRECATED_NODE_LABELS[key] !== undefined)
      warnings.push(warningAt(path.child('nodeSelector').key(key), DEPRECATED_NODE_LABELS[key]))
  }
  const affinity = spec.affinity?.nodeAffinity
  const place = path.child('affinity', 'nodeAffinity')
  for (const [at, term] of (affinity?.[REQUIRED]?.nodeSelectorTerms ?? []).entries())
    warnings.push(...nodeTermWarnings(term, place.child(REQUIRED, 'nodeSelectorTerms').index(at)))
  for (const [at, { preference }] of (affinity?.[PREFERRED] ?? []).entries())
    warnings.push(...nodeTermWarnings(preference, place.child(PREFERRED).index(at).child('preference')))
  return warnings
}

function spreadWarnings(spec: Readonly<PodSpec>, path: FieldPath): string[] {
  const warnings: string[] = []
  for (const [at, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const place = path.child('topologySpreadConstraints').index(at)
    const message = DEPRECATED_NODE_LABELS[topologyKey]
    if (message !== undefined) warnings.push(warningAt(place.child('topologyKey'), `${topologyKey} is ${message}`))
    if (labelSelector === undefined) warnings.push(noSelector(place))
  }
  return warnings
}

const noSelector = (path: FieldPath): string => warningAt(path.child('labelSelector'), 'a null labelSelector results in matching no pod')

/** Lists that are keyed for patches but may hold a key twice. */
function listWarnings(spec: Readonly<PodSpec>, path: FieldPath): string[] {
  const warnings: string[] = []
  const addresses = new Set<string>()
  for (const [at, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip)) warnings.push(warningAt(path.child('hostAliases').index(at).child('ip'), `duplicate ip ${JSON.stringify(ip)}`))
    addresses.add(ip)
  }
  const names = new Set<string>()
  const secrets = path.child('imagePullSecrets')
  for (const [at, { name = '' }] of (spec.imagePullSecrets ?? []).entries()) {
    if (names.has(name)) warnings.push(warningAt(secrets.index(at).child('name'), `duplicate name ${JSON.stringify(name)}`))
    names.add(name)
  }
  for (const [at, { name = '' }] of (spec.imagePullSecrets ?? []).entries())
    if (name === '') warnings.push(warningAt(secrets.index(at).child('name'), 'invalid empty name ""'))
  return warnings
}

function fractionWarnings(
  list: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
  names: readonly string[] = ['memory', 'ephemeral-storage'],
): string[] {
  return names.flatMap((name) => {
    const quantity = quantityOf(list?.[name])
    return quantity.milliValue() % 1000n === 0n
      ? []
      : [warningAt(path.key(name), `fractional byte value ${JSON.stringify(String(quantity))} is invalid, must be an integer`)]
  })
}

function containerWarnings(container: AnyContainer, path: FieldPath): string[] {
  const resources = path.child('resources')
  const { limits, requests } = container.resources ?? {}
  return [
    ...['memory', 'ephemeral-storage'].flatMap((name) => [
      ...fractionWarnings(limits, resources.child('limits'), [name]),
      ...fractionWarnings(requests, resources.child('requests'), [name]),
    ]),
    ...variableWarnings(container.env ?? [], path.child('env')),
  ]
}

/** A variable that is given twice is fine as long as the second one builds on the first. */
function variableWarnings(variables: readonly EnvVar[], path: FieldPath): string[] {
  const warnings: string[] = []
  const names = new Set<string>()
  for (const [at, { name, value = '', valueFrom }] of variables.entries()) {
    const reference = `$(${name})`
    if (names.has(name) && (valueFrom !== undefined || value === reference || !value.includes(reference))) {
      warnings.push(
        warningAt(path.index(at), `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`),
      )
    }
    names.add(name)
  }
  return warnings
}

/** Ports that two containers open, as far as validation lets them pass. */
function portWarnings(spec: Readonly<PodSpec>, path: FieldPath): string[] {
  const warnings: string[] = []
  const seen = new Map<string, { port: ContainerPort; path: FieldPath }[]>()
  for (const { container, path: containerPath } of placedContainers(spec, path)) {
    for (const [at, port] of (container.ports ?? []).entries()) {
      const place = containerPath.child('ports').index(at)
      if (port.hostIP && !port.hostPort) warnings.push(warningAt(place, `hostIP set without hostPort: ${printPort(port)}`))
      const key = `${port.containerPort}/${port.protocol}`
      const others = seen.get(key) ?? []
      for (const other of others) {
        const kind = portConflict(port, other.port)
        if (kind !== undefined) warnings.push(warningAt(place, `${kind} port definition with ${other.path.toString()}`))
      }
      seen.set(key, [...others, { port, path: place }])
    }
  }
  return warnings
}

function portConflict(a: ContainerPort, b: ContainerPort): string | undefined {
  const [addressA, addressB] = [a.hostIP ?? '', b.hostIP ?? '']
  const [portA, portB] = [a.hostPort ?? 0, b.hostPort ?? 0]
  if (addressA === addressB && portA === portB) return 'duplicate'
  if (portA === 0 || portB === 0) return 'overlapping'
  return portA === portB && (addressA === '') !== (addressB === '') ? 'dangerously ambiguous' : undefined
}

/** A port as upstream prints it: Go's `%+v`. */
const printPort = (port: ContainerPort): string =>
  `{Name:${port.name ?? ''} HostPort:${port.hostPort ?? 0} ContainerPort:${port.containerPort} Protocol:${port.protocol ?? ''} HostIP:${port.hostIP ?? ''}}`

function affinityWarnings(spec: Readonly<PodSpec>, path: FieldPath): string[] {
  const warnings: string[] = []
  const check = (term: PodAffinityTerm, place: FieldPath): void => {
    if (term.labelSelector === undefined) warnings.push(noSelector(place))
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[kind]
    for (const [at, term] of (affinity?.[REQUIRED] ?? []).entries()) check(term, path.child(kind, REQUIRED).index(at))
    for (const [at, { podAffinityTerm }] of (affinity?.[PREFERRED] ?? []).entries())
      check(podAffinityTerm, path.child(kind, PREFERRED).index(at).child('podAffinityTerm'))
  }
  return warnings
}
