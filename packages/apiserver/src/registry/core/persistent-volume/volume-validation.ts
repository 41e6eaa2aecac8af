import {
  cloneJson,
  type FieldError,
  FieldPath,
  forbidden,
  type KubeObject,
  required,
  validateObjectMeta,
  validateObjectMetaUpdate,
  invalid,
} from '@kubetape/apimachinery'
import type { PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity } from '@kubetape/api/types/core/v1'
import type { Draft, StrategyContext } from '../../strategy.ts'
import { goStruct, immutable } from '../../batch/field-rules.ts'
import { printGoChange, sameSpec } from '../pod/spec-equality.ts'
import { SOURCE_FIELDS } from './source-validation.ts'
import { validateVolumeSpec } from './volume-spec-validation.ts'

const SPEC = FieldPath.of('spec')
const METADATA = FieldPath.of('metadata')
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'
/** Types of storage that are mounted with options. */
const TAKES_MOUNT_OPTIONS = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
] as const
/** Labels of nodes that have new names, which a stored volume may take over. */
const NEW_LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
}

/** Validates a new PersistentVolume (API reference, PersistentVolume). */
export function validateVolume(draft: Draft, { gates }: StrategyContext): FieldError[] {
  return validateOwn(draft as PersistentVolume, gates.enabled('VolumeAttributesClass'))
}

/** Validates a changed PersistentVolume: the storage behind it, its mode and its nodes are fixed. Upstream judges all of the volume twice. */
export function validateVolumeUpdate(draft: Draft, stored: Readonly<KubeObject>, { gates }: StrategyContext): FieldError[] {
  const volume = draft as PersistentVolume
  const old = stored as Readonly<PersistentVolume>
  const [spec, before] = [volume.spec ?? {}, old.spec ?? {}]
  const isOn = gates.enabled('VolumeAttributesClass')
  const judgesAttributesClass = isOn || before.volumeAttributesClassName !== undefined
  return [
    ...validateWhole(volume, judgesAttributesClass),
    ...validateMountOptions(volume),
    ...validateWhole(volume, judgesAttributesClass),
    ...validateSourceChange(spec, before),
    ...immutable(FieldPath.of('volumeMode'), spec.volumeMode, before.volumeMode),
    ...validateAffinityChange(spec.nodeAffinity, before.nodeAffinity),
    ...validateClassChange(spec.volumeAttributesClassName, before.volumeAttributesClassName, isOn),
  ]
}

/** A status is whatever controllers say; only metadata is judged. */
export function validateVolumeStatusUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const errors = validateObjectMetaUpdate(draft.metadata!, stored.metadata!)
  return draft.metadata?.resourceVersion ? errors : [...errors, required(FieldPath.of('resourceVersion'))]
}

const validateWhole = (volume: PersistentVolume, judgesAttributesClass: boolean): FieldError[] => [
  ...validateObjectMeta(volume.metadata, { namespaced: false, qualifiedFinalizers: true }),
  ...validateVolumeSpec(volume.spec ?? {}, SPEC, { name: volume.metadata.name ?? '', judgesAttributesClass }),
]

const validateOwn = (volume: PersistentVolume, judgesAttributesClass: boolean): FieldError[] => [
  ...validateVolumeSpec(volume.spec ?? {}, SPEC, { name: volume.metadata.name ?? '', judgesAttributesClass }),
  ...validateMountOptions(volume),
]

function validateMountOptions({ metadata, spec = {} }: PersistentVolume): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined || TAKES_MOUNT_OPTIONS.some((field) => spec[field])) return []
  return [forbidden(METADATA.child('annotations', MOUNT_OPTIONS), 'may not specify mount options for this volume type')]
}

/** A CSI volume may be given its Secret for expansion once. */
function validateSourceChange(spec: PersistentVolumeSpec, old: Readonly<PersistentVolumeSpec>): FieldError[] {
  const source = (whole: Readonly<PersistentVolumeSpec>): Record<string, unknown> =>
    Object.fromEntries(SOURCE_FIELDS.map((field) => [field, whole[field]]))
  const [now, before] = [source(spec), source(old)]
  if (spec.csi && old.csi && old.csi.controllerExpandSecretRef === undefined) {
    const { controllerExpandSecretRef: _given, ...rest } = spec.csi
    now['csi'] = rest
  }
  if (sameSpec(now, before)) return []
  return [
    forbidden(
      SPEC.child('persistentvolumesource'),
      `spec.persistentvolumesource is immutable after creation${printGoChange('core.PersistentVolumeSource', before, now)}`,
    ),
  ]
}

/** Nodes can be named once; afterwards old names of their labels may become the new ones. */
function validateAffinityChange(affinity: VolumeNodeAffinity | undefined, old: VolumeNodeAffinity | undefined): FieldError[] {
  if (!old || sameSpec(affinity, old) || sameSpec(affinity, withNewLabels(affinity, old))) return []
  const path = FieldPath.of('nodeAffinity')
  const detail = 'field is immutable, except for updating from beta label to GA'
  return [affinity ? invalid(path, affinity, detail, goStruct('core.VolumeNodeAffinity')(affinity)) : invalid(path, affinity, detail)]
}

/** The old affinity, with the new name of each label that the changed one has there. */
function withNewLabels(affinity: VolumeNodeAffinity | undefined, old: VolumeNodeAffinity): VolumeNodeAffinity {
  const renamed = cloneJson(old)
  for (const [at, term] of (renamed.required?.nodeSelectorTerms ?? []).entries()) {
    const now = affinity?.required?.nodeSelectorTerms?.[at]
    for (const part of ['matchExpressions', 'matchFields'] as const)
      for (const [i, requirement] of (term[part] ?? []).entries()) {
        const key = now?.[part]?.[i]?.key
        if (key !== undefined && NEW_LABELS[requirement.key] === key) requirement.key = key
      }
  }
  return renamed
}

/** KEP-3751: a class may become another one, never none. */
function validateClassChange(name: string | undefined, old: string | undefined, isOn: boolean): FieldError[] {
  if (name === old) return []
  const path = SPEC.child('volumeAttributesClassName')
  return [
    ...(isOn ? [] : [forbidden(path, 'update is forbidden when the VolumeAttributesClass feature gate is disabled')]),
    ...(old !== undefined && name === undefined ? [forbidden(path, 'update from non-nil value to nil is forbidden')] : []),
  ]
}
