import {
  type FieldError,
  FieldPath,
  forbidden,
  inclusiveRangeMessage,
  invalid,
  required,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateQualifiedFinalizers,
} from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSchedulingGate, PodSpec, Toleration } from '@kubetape/api/types/core/v1'
import { validatePodAnnotationUpdate } from './pod-annotations.ts'
import { validatePodBody } from './pod-validation.ts'
import { computeQosClass, qosClassOf } from './qos-class.ts'
import { validateTolerations } from './scheduling-validation.ts'
import { describeChange, sameSpec } from './spec-equality.ts'
import type { PodValidationOptions } from './validation-options.ts'

const META = FieldPath.of('metadata')
const SPEC = FieldPath.of('spec')
const INT32_MAX = 2147483647

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]
const UPDATABLE_IN_PLACE = [...UPDATABLE, '`spec.containers[*].resources` (for CPU/memory only)']

/** Validates a changed Pod: images, a shorter deadline, more tolerations, fewer scheduling gates; a gated Pod may also narrow its nodes (v1.31). */
export function validatePodUpdate(pod: Readonly<Pod>, old: Readonly<Pod>, options: PodValidationOptions, gates: Gates): FieldError[] {
  const { spec } = pod
  const errors = validateWhole(pod, old, options)
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, before] = [spec[list] ?? [], old.spec[list] ?? []]
    if (now.length !== before.length) return [...errors, forbidden(SPEC.child(list), 'pod updates may not add or remove containers')]
    errors.push(...validateImages(now, SPEC.child(list)))
  }
  const deadline = validateDeadline(spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)
  errors.push(...deadline.errors)
  if (deadline.stop) return errors
  errors.push(
    ...validateMoreTolerations(spec.tolerations ?? [], old.spec.tolerations ?? [], SPEC.child('tolerations')),
    ...validateFewerGates(spec.schedulingGates ?? [], old.spec.schedulingGates ?? [], SPEC.child('schedulingGates')),
  )
  if (sameSpec(spec, old.spec)) return errors
  if (qosClassOf(old) !== computeQosClass(spec)) errors.push(invalid(META, pod.status?.qosClass ?? '', 'Pod QoS is immutable'))
  const inPlace = gates.enabled('InPlacePodVerticalScaling')
  const rest = withoutUpdatable(spec, old.spec, inPlace)
  if ((old.spec.schedulingGates?.length ?? 0) > 0) errors.push(...acceptNarrowing(rest, old.spec))
  if (!sameSpec(rest, old.spec)) {
    const fields = (inPlace ? UPDATABLE_IN_PLACE : UPDATABLE).join(',')
    errors.push(forbidden(SPEC, `pod updates may not change fields other than ${fields}\n${describeChange(old.spec, rest)}`))
  }
  return errors
}

/** What holds for a Pod at any update. Upstream judges its metadata here once more, so its errors come again. */
function validateWhole(pod: Readonly<Pod>, old: Readonly<Pod>, options: PodValidationOptions): FieldError[] {
  const { metadata } = pod
  return [
    ...validatePodMetaUpdate(pod, old),
    ...validateObjectMeta(metadata, { namespaced: true, qualifiedFinalizers: true }),
    ...validatePodBody(pod, options),
    ...validatePodAnnotationUpdate(metadata, old.metadata, pod.spec, META.child('annotations'), options),
  ]
}

/** The metadata of a changed Pod; its finalizers have a domain. */
export function validatePodMetaUpdate({ metadata }: Readonly<Pod>, old: Readonly<Pod>): FieldError[] {
  return [
    ...validateObjectMetaUpdate(metadata, old.metadata),
    ...validateQualifiedFinalizers(metadata.finalizers ?? [], META.child('finalizers')),
  ]
}

function validateImages(containers: readonly Container[], path: FieldPath): FieldError[] {
  return containers.flatMap(({ image = '' }, at) => {
    const place = path.index(at).child('image')
    if (image === '') return [required(place)]
    return image === image.trim() ? [] : [invalid(place, image, 'must not have leading or trailing whitespace')]
  })
}

/** A deadline may be set and shortened; what is wrong with it may make all further judgement idle. */
function validateDeadline(now: number | undefined, before: number | undefined): { errors: FieldError[]; stop: boolean } {
  const path = SPEC.child('activeDeadlineSeconds')
  if (now === undefined) {
    const removed = before === undefined ? [] : [invalid(path, null, 'must not update from a positive integer to nil value', '"null"')]
    return { errors: removed, stop: false }
  }
  if (now < 0 || now > INT32_MAX) return { errors: [invalid(path, now, inclusiveRangeMessage(0, INT32_MAX))], stop: true }
  if (before !== undefined && before < now)
    return { errors: [invalid(path, now, 'must be less than or equal to previous value')], stop: true }
  return { errors: [], stop: false }
}

function validateMoreTolerations(now: readonly Toleration[], before: readonly Toleration[], path: FieldPath): FieldError[] {
  const kept = before.every((old) =>
    now.some((one) => sameSpec({ ...one, tolerationSeconds: undefined }, { ...old, tolerationSeconds: undefined })),
  )
  return kept ? validateTolerations(now, path) : [forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')]
}

function validateFewerGates(now: readonly PodSchedulingGate[], before: readonly PodSchedulingGate[], path: FieldPath): FieldError[] {
  const known = new Set(before.map(({ name }) => name))
  return now.flatMap(({ name }, at) =>
    known.has(name) ? [] : [forbidden(path.index(at).child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`)],
  )
}

/** A copy of the new spec with everything that may change as it was. */
function withoutUpdatable(spec: Readonly<PodSpec>, old: Readonly<PodSpec>, inPlace: boolean): PodSpec {
  const rest: PodSpec = {
    ...spec,
    containers: spec.containers.map((container, at) => {
      const before = old.containers[at]!
      return { ...withImage(container, before), ...(inPlace ? { resources: withComputeOf(container.resources, before.resources) } : {}) }
    }),
  }
  if (spec.initContainers) rest.initContainers = spec.initContainers.map((container, at) => withImage(container, old.initContainers![at]!))
  for (const field of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'] as const) restore(rest, old, field)
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && rest.terminationGracePeriodSeconds === 1)
    restore(rest, old, 'terminationGracePeriodSeconds')
  return rest
}

function restore<Field extends keyof PodSpec>(spec: PodSpec, old: Readonly<PodSpec>, field: Field): void {
  if (old[field] === undefined) delete spec[field]
  else spec[field] = old[field]
}

const withImage = (container: Container, old: Container): Container => ({
  ...container,
  ...(old.image === undefined ? {} : { image: old.image }),
})

/** KEP-1287: cpu and memory of a list that was there may change. */
function withComputeOf(resources: Container['resources'] = {}, old: Container['resources'] = {}): NonNullable<Container['resources']> {
  const restored = { ...resources }
  for (const kind of ['limits', 'requests'] as const) {
    const before = old[kind]
    if (before === undefined) {
      delete restored[kind]
      continue
    }
    const { cpu: _cpu, memory: _memory, ...others } = resources[kind] ?? {}
    restored[kind] = {
      ...others,
      ...(before['cpu'] === undefined ? {} : { cpu: before['cpu'] }),
      ...(before['memory'] === undefined ? {} : { memory: before['memory'] }),
    }
  }
  return restored
}

/** KEP-3838: a gated Pod may ask for fewer nodes than before; `rest` then counts as unchanged there. */
function acceptNarrowing(rest: PodSpec, old: Readonly<PodSpec>): FieldError[] {
  const errors: FieldError[] = []
  if (!sameSpec(rest.nodeSelector, old.nodeSelector)) {
    const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => rest.nodeSelector?.[key] === value)
    if (!kept)
      errors.push(
        invalid(
          SPEC.child('nodeSelector'),
          rest.nodeSelector ?? {},
          'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
        ),
      )
    restore(rest, old, 'nodeSelector')
  }
  const [now, before] = [rest.affinity?.nodeAffinity, old.affinity?.nodeAffinity]
  if (sameSpec(now, before)) return errors
  errors.push(...validateNarrowerAffinity(now, before, SPEC.child('affinity', 'nodeAffinity')))
  const { nodeAffinity: _changed, ...others } = rest.affinity ?? {}
  const affinity = { ...others, ...(before === undefined ? {} : { nodeAffinity: before }) }
  if (old.affinity === undefined && Object.keys(affinity).length === 0) delete rest.affinity
  else rest.affinity = affinity
  return errors
}

function validateNarrowerAffinity(now: NodeAffinity | undefined, before: NodeAffinity | undefined, path: FieldPath): FieldError[] {
  const old = before?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (old.length === 0) return []
  const terms = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const place = path.child('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')
  if (terms.length !== old.length) return [invalid(place, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  return terms.flatMap((term, at) =>
    onlyAdds(term, old[at]!) ? [] : [invalid(place.index(at), term, 'only additions are allowed (no mutations or deletions)')],
  )
}

/** Requirements may follow those that were there; a term without any selects nothing and stays so. */
function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  const empty = (one: NodeSelectorTerm): boolean => lists.every((list) => (one[list]?.length ?? 0) === 0)
  if (empty(old)) return empty(term)
  return lists.every((list) => {
    const before = old[list] ?? []
    return sameSpec((term[list] ?? []).slice(0, before.length), before)
  })
}

/** Validates an update of the ephemeral containers: they are added, never changed or removed (KEP-277). */
export function validateEphemeralContainersUpdate(pod: Readonly<Pod>, old: Readonly<Pod>, options: PodValidationOptions): FieldError[] {
  // Upstream's path has no name, which it prints as a pair of brackets.
  if (old.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
    return [forbidden(FieldPath.of('[]'), 'static pods do not support ephemeral containers')]
  const errors = validateWhole(pod, old, options)
  const path = SPEC.child('ephemeralContainers')
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = pod.spec.ephemeralContainers?.find(({ name }) => name === before.name)
    const name = JSON.stringify(before.name)
    if (now === undefined) errors.push(forbidden(path, `existing ephemeral containers ${name} may not be removed\n`))
    else if (!sameSpec(now, before))
      errors.push(forbidden(path, `existing ephemeral containers ${name} may not be changed\n${describeChange(before, now)}`))
  }
  return errors
}
