import { posix } from 'node:path'
import { type FieldError, type FieldPath, forbidden, invalid, notSupported, quantityOf, required } from '@kubetape/apimachinery'
import type { PersistentVolumeSpec, VolumeNodeAffinity } from '@kubetape/api/types/core/v1'
import { validateAccessModes, VOLUME_MODES } from '../access-modes.ts'
import { printGoQuantity } from '../go-quantity.ts'
import { validateNodeSelector } from '../pod/affinity-validation.ts'
import { checkSubdomain } from '../pod/field-rule.ts'
import { validateVolumeSource } from './source-validation.ts'

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']

/** What the validation of a volume's spec depends on. */
export interface VolumeSpecRules {
  /** The volume's name; empty where there is none. */
  readonly name: string
  /** Fields of VolumeAttributesClass are judged: its gate is on, or the stored volume uses them (KEP-3751). */
  readonly judgesAttributesClass: boolean
}

/** Validates the spec of a PersistentVolume (API reference, PersistentVolumeSpec). */
export function validateVolumeSpec(spec: PersistentVolumeSpec, path: FieldPath, rules: VolumeSpecRules): FieldError[] {
  const { persistentVolumeReclaimPolicy: policy, nodeAffinity, storageClassName, volumeMode, accessModes = [] } = spec
  const errors = accessModes.length === 0 ? [required(path.child('accessModes'))] : []
  errors.push(...validateAccessModes(accessModes, path.child('accessModes')), ...validateCapacity(spec.capacity, path.child('capacity')))
  const reclaim = path.child('persistentVolumeReclaimPolicy')
  if (policy && !RECLAIM_POLICIES.includes(policy)) errors.push(notSupported(reclaim, policy, RECLAIM_POLICIES))
  if (nodeAffinity) errors.push(...validateNodeAffinity(nodeAffinity, path.child('nodeAffinity')))
  errors.push(...validateVolumeSource(spec, rules.name, path))
  if (policy === 'Recycle' && isRoot(spec.hostPath?.path))
    errors.push(forbidden(reclaim, "may not be 'recycle' for a hostPath mount of '/'"))
  if (storageClassName) errors.push(...checkSubdomain(path.child('storageClassName'), storageClassName))
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported(path.child('volumeMode'), volumeMode, VOLUME_MODES))
  if (rules.judgesAttributesClass) errors.push(...validateAttributesClass(spec, path))
  return errors
}

/**
 * Validates the spec of a volume that has no object of its own: one of a CSI driver that a VolumeAttachment describes, as migrated volumes of Pods are
 * (API reference, VolumeAttachmentSource).
 */
export function validateInlineVolumeSpec(spec: PersistentVolumeSpec, path: FieldPath): FieldError[] {
  const refuse = (field: keyof PersistentVolumeSpec, isGiven: boolean): FieldError[] =>
    isGiven ? [forbidden(path.child(field), 'may not be specified in the context of inline volumes')] : []
  const { persistentVolumeReclaimPolicy: policy, volumeMode, accessModes = [] } = spec
  const errors = [
    ...refuse('claimRef', spec.claimRef !== undefined),
    ...refuse('capacity', Object.keys(spec.capacity ?? {}).length > 0),
    ...(spec.csi ? [] : [required(path.child('csi'), 'has to be specified in the context of inline volumes')]),
    ...(accessModes.length === 0 ? [required(path.child('accessModes'))] : []),
    ...validateAccessModes(accessModes, path.child('accessModes')),
  ]
  if (policy && policy !== 'Retain')
    errors.push(forbidden(path.child('persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes'))
  errors.push(...refuse('nodeAffinity', spec.nodeAffinity !== undefined))
  // Where a node cannot be named, a disk of a node lacks it.
  errors.push(...validateVolumeSource({ ...spec, nodeAffinity: undefined } as unknown as PersistentVolumeSpec, '', path))
  errors.push(...refuse('storageClassName', Boolean(spec.storageClassName)))
  if (volumeMode !== undefined && volumeMode !== 'Filesystem')
    errors.push(forbidden(path.child('volumeMode'), 'may not specify volumeMode other than Filesystem in the context of inline volumes'))
  return errors
}

/** Exactly the storage, and some of it. */
function validateCapacity(capacity: Readonly<Record<string, string>> = {}, path: FieldPath): FieldError[] {
  const entries = Object.entries(capacity)
  const errors = entries.length === 0 ? [required(path)] : []
  if (capacity['storage'] === undefined || entries.length > 1) errors.push(notSupported(path, capacity, ['storage'], printGoList(entries)))
  for (const [name, text] of entries) {
    const quantity = quantityOf(text)
    const place = path.key(name)
    if (quantity.sign < 0) errors.push(invalid(place, quantity.value(), 'must be a valid resource quantity'))
    if (quantity.sign <= 0) errors.push(invalid(place, String(quantity), 'must be greater than zero'))
  }
  return errors
}

/** A list of resources as Go prints one for messages. */
function printGoList(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return 'core.ResourceList(nil)'
  const printed = entries.map(([name, text]) => {
    const quantity = quantityOf(text)
    return `${JSON.stringify(name)}:${printGoQuantity(quantity, String(quantity))}`
  })
  return `core.ResourceList{${printed.sort().join(', ')}}`
}

function validateNodeAffinity({ required: selector }: VolumeNodeAffinity, path: FieldPath): FieldError[] {
  const place = path.child('required')
  return selector ? validateNodeSelector(selector, place) : [required(place, 'must specify required node constraints')]
}

const isRoot = (folder: string | undefined): boolean => Boolean(folder) && posix.normalize(`${folder}/`) === '/'

function validateAttributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, path: FieldPath): FieldError[] {
  if (name === undefined) return []
  const place = path.child('volumeAttributesClassName')
  return [
    ...(name === '' ? [required(place, 'an empty string is disallowed')] : checkSubdomain(place, name)),
    ...(csi ? [] : [required(path.child('csi'), 'has to be specified when using volumeAttributesClassName')]),
  ]
}
