import { deepEqual, type FieldError, FieldPath, forbidden, invalid, notSupported, type ObjectMeta, required } from '@kubetape/apimachinery'
import type { AppArmorProfile, Pod, PodSpec } from '@kubetape/api/types/core/v1'
import { warningAt } from './path-warning.ts'
import { allContainers, type AnyContainer, placedContainers } from './container-walk.ts'

/** Annotations with this prefix and a container's name were the way to choose a profile before v1.30. */
export const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const RUNTIME_DEFAULT = 'runtime/default'
const UNCONFINED = 'unconfined'
const LOCALHOST = 'localhost/'
/** PATH_MAX of Linux without its final zero byte. */
const PROFILE_MAX_BYTES = 4095
const TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']

/** Validates a profile of a Pod or a container (API reference, AppArmorProfile). */
export function validateAppArmorProfile(profile: AppArmorProfile, path: FieldPath): FieldError[] {
  const file = path.child('localhostProfile')
  if (!profile.type) return [required(path.child('type'), 'type is required when appArmorProfile is set')]
  if (!TYPES.includes(profile.type)) return [notSupported(path.child('type'), profile.type, TYPES)]
  const name = profile.localhostProfile
  if (profile.type !== 'Localhost')
    return name === undefined ? [] : [invalid(file, name, 'can only be set when AppArmor type is Localhost')]
  if (name === undefined) return [required(file, 'must be set when AppArmor type is Localhost')]
  const errors: FieldError[] = []
  if (name !== name.trim()) errors.push(invalid(file, name, 'must not be padded with whitespace'))
  else if (name === '') errors.push(required(file, 'must be set when AppArmor type is Localhost'))
  if (Buffer.byteLength(name) > PROFILE_MAX_BYTES) {
    errors.push({ type: 'FieldValueTooLong', field: String(file), message: `Too long: may not be longer than ${PROFILE_MAX_BYTES}` })
  }
  return errors
}

/** Validates the annotations: each is of a container that exists and names a profile. */
export function validateAppArmorAnnotations(
  annotations: Readonly<Record<string, string>>,
  spec: Readonly<PodSpec>,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, profile] of Object.entries(annotations)) {
    if (!key.startsWith(APP_ARMOR_ANNOTATION)) continue
    const name = key.slice(APP_ARMOR_ANNOTATION.length)
    if (![...allContainers(spec)].some((container) => container.name === name))
      errors.push(invalid(path.key(key), name, 'container not found'))
    const known = profile === '' || profile === RUNTIME_DEFAULT || profile === UNCONFINED || profile.startsWith(LOCALHOST)
    if (!known) errors.push(invalid(path.key(key), profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`))
  }
  return errors
}

/** Where a container has both, the annotation and the field say the same; on Windows neither means anything. */
export function validateAppArmorAgreement(metadata: ObjectMeta | undefined, spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  if (spec.os?.name === 'windows') return []
  const errors: FieldError[] = []
  for (const { container, path: place } of placedContainers(spec, path)) {
    const profile = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
    const annotation = metadata?.annotations?.[APP_ARMOR_ANNOTATION + container.name]
    if (profile === undefined || annotation === undefined) continue
    const field = place.child('securityContext', 'appArmorProfile')
    const same =
      profile.type === 'Unconfined'
        ? annotation === UNCONFINED
        : profile.type === 'RuntimeDefault'
          ? annotation === RUNTIME_DEFAULT
          : profile.type !== 'Localhost' || annotation.startsWith(LOCALHOST)
    if (!same) errors.push(forbidden(field.child('type'), 'apparmor type in annotation and field must match'))
    else if (profile.type === 'Localhost' && annotation.slice(LOCALHOST.length) !== profile.localhostProfile) {
      errors.push(forbidden(field.child('localhostProfile'), 'apparmor profile in annotation and field must match'))
    }
  }
  return errors
}

/**
 * Writes the fields of a new Pod as annotations for older nodes, and its annotations as fields (KEP-24, version skew). Warns of an annotation
 * that had no field.
 */
export function syncAppArmor(pod: Pod, warn: (text: string) => void): void {
  if (pod.spec.os?.name === 'windows') return
  const podProfile = pod.spec.securityContext?.appArmorProfile
  for (const container of allContainers(pod.spec)) {
    const key = APP_ARMOR_ANNOTATION + container.name
    const annotation = pod.metadata.annotations?.[key]
    const profile = container.securityContext?.appArmorProfile
    if (annotation === undefined) {
      const written = annotationOf(profile ?? podProfile)
      if (written !== undefined) (pod.metadata.annotations ??= {})[key] = written
    } else if (profile === undefined) {
      adoptAnnotation(container, annotation, podProfile, () => warn(appArmorWarning(FieldPath.of('metadata').child('annotations'), key)))
    }
  }
}

/** What is said of an annotation without a field. */
export const appArmorWarning = (annotations: FieldPath, key: string): string =>
  warningAt(annotations.key(key), 'deprecated since v1.30; use the "appArmorProfile" field instead')

function adoptAnnotation(container: AnyContainer, annotation: string, podProfile: AppArmorProfile | undefined, warn: () => void): void {
  const profile = profileOf(annotation)
  const valid = profile !== undefined && validateAppArmorProfile(profile, FieldPath.of('')).length === 0
  // A container that says what the Pod says needs no field of its own.
  if (valid && deepEqual(profile, podProfile)) return
  if (valid) (container.securityContext ??= {}).appArmorProfile = profile
  warn()
}

function annotationOf(profile: AppArmorProfile | undefined): string | undefined {
  if (profile?.type === 'Unconfined') return UNCONFINED
  if (profile?.type === 'RuntimeDefault') return RUNTIME_DEFAULT
  return profile?.type === 'Localhost' && profile.localhostProfile !== undefined ? LOCALHOST + profile.localhostProfile : undefined
}

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === UNCONFINED) return { type: 'Unconfined' }
  if (annotation === RUNTIME_DEFAULT) return { type: 'RuntimeDefault' }
  if (!annotation.startsWith(LOCALHOST) || annotation === LOCALHOST) return undefined
  return { type: 'Localhost', localhostProfile: annotation.slice(LOCALHOST.length) }
}
