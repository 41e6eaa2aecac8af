import { type FieldError, type FieldPath, forbidden, invalid, type ObjectMeta } from '@kubetape/apimachinery'
import type { PodSpec, SeccompProfile, Toleration } from '@kubetape/api/types/core/v1'
import { APP_ARMOR_ANNOTATION, validateAppArmorAnnotations } from './app-armor.ts'
import { placedContainers } from './container-walk.ts'
import { checkDescendingPath } from './file-path-rule.ts'
import { validateTolerations } from './scheduling-validation.ts'
import type { PodValidationOptions } from './validation-options.ts'

/** The copy of a static Pod that a kubelet makes has this annotation. */
export const MIRROR_POD = 'kubernetes.io/config.mirror'
/** How much a ReplicaSet would rather keep this Pod (KEP-2255). */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const SECCOMP_LOCALHOST = 'localhost/'
const RUNTIME_DEFAULT = ['runtime/default', 'docker/default']

/** Validates the annotations that mean something for Pods; `path` is that of the annotations. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> = {},
  spec: Readonly<PodSpec>,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  const mirror = annotations[MIRROR_POD]
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(path.key(MIRROR_POD), mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  if (annotations[TOLERATIONS]) errors.push(...validateTolerationsAnnotation(annotations[TOLERATIONS], path))
  const cost = annotations[DELETION_COST]
  if (!options.allowBadDeletionCost && !isDeletionCost(cost)) errors.push(invalid(path.key(DELETION_COST), cost, 'must be a 32bit integer'))
  if (annotations[SECCOMP_POD] !== undefined) errors.push(...validateSeccomp(annotations[SECCOMP_POD], path.child(SECCOMP_POD)))
  for (const [key, value] of Object.entries(annotations))
    if (key.startsWith(SECCOMP_CONTAINER)) errors.push(...validateSeccomp(value, path.child(key)))
  return [...errors, ...validateAppArmorAnnotations(annotations, spec, path)]
}

/** Validates that a Pod keeps the annotations that may not change, and all others. */
export function validatePodAnnotationUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  spec: Readonly<PodSpec>,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const annotations = meta.annotations ?? {}
  const before = old.annotations ?? {}
  const errors: FieldError[] = []
  const fixed = (key: string): string | undefined =>
    key.startsWith(APP_ARMOR_ANNOTATION) ? 'AppArmor annotations' : key === MIRROR_POD ? 'mirror pod annotation' : undefined
  for (const [key, value] of Object.entries(before)) {
    if (annotations[key] !== value && fixed(key) !== undefined)
      errors.push(forbidden(path.key(key), `may not remove or update ${fixed(key)}`))
  }
  for (const key of Object.keys(annotations)) {
    if (before[key] === undefined && fixed(key) !== undefined) errors.push(forbidden(path.key(key), `may not add ${fixed(key)}`))
  }
  return [...errors, ...validatePodAnnotations(annotations, spec, path, options)]
}

/** Absent, or a 32-bit integer without plus sign and leading zeros. */
export function isDeletionCost(value: string | undefined): boolean {
  return value === undefined || (/^(-\d+|0|[1-9]\d*)$/.test(value) && Number(value) === (Number(value) | 0))
}

function validateTolerationsAnnotation(text: string, path: FieldPath): FieldError[] {
  try {
    return validateTolerations(JSON.parse(text) as Toleration[], path.child(TOLERATIONS))
  } catch (error) {
    return [invalid(path, TOLERATIONS, (error as Error).message)]
  }
}

function validateSeccomp(profile: string, path: FieldPath): FieldError[] {
  if (RUNTIME_DEFAULT.includes(profile) || profile === 'unconfined') return []
  if (profile.startsWith(SECCOMP_LOCALHOST)) return checkDescendingPath(path, profile.slice(SECCOMP_LOCALHOST.length))
  return [invalid(path, profile, 'must be a valid seccomp profile')]
}

/** Where there are both, a seccomp annotation and the field say the same. */
export function validateSeccompAgreement(metadata: ObjectMeta | undefined, spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const annotations = metadata?.annotations ?? {}
  const errors = compareSeccomp(
    annotations[SECCOMP_POD],
    spec.securityContext?.seccompProfile,
    path.child('securityContext', 'seccompProfile'),
  )
  for (const { container, path: place } of placedContainers(spec, path)) {
    errors.push(
      ...compareSeccomp(
        annotations[SECCOMP_CONTAINER + container.name],
        container.securityContext?.seccompProfile,
        place.child('securityContext', 'seccompProfile'),
      ),
    )
  }
  return errors
}

function compareSeccomp(annotation: string | undefined, profile: SeccompProfile | undefined, path: FieldPath): FieldError[] {
  if (annotation === undefined || profile === undefined) return []
  const other = [forbidden(path.child('type'), 'seccomp type in annotation and field must match')]
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? [] : other
  if (profile.type === 'RuntimeDefault') return RUNTIME_DEFAULT.includes(annotation) ? [] : other
  if (profile.type !== 'Localhost') return []
  if (!annotation.startsWith(SECCOMP_LOCALHOST)) return other
  return annotation.slice(SECCOMP_LOCALHOST.length) === profile.localhostProfile
    ? []
    : [forbidden(path.child('localhostProfile'), 'seccomp profile in annotation and field must match')]
}
