import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { type FieldError, FieldPath, forbidden, type KubeObject, notSupported } from '@kubetape/apimachinery'
import { immutable, sameFields } from '../batch/field-rules.ts'
import { DEPRECATED_NODE_LABELS } from '../core/pod/node-label-warnings.ts'
import { warningAt } from '../core/pod/path-warning.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { DEFAULT_CLASS_ANNOTATIONS, markedName } from './default-mark.ts'
import { validateParameters, validateProvisioner } from './parameters-validation.ts'
import { validateTopologies } from './topology-validation.ts'
import { validateMetadata, validateMetadataChange } from './whole-metadata.ts'

const PROVISIONER = FieldPath.of('provisioner')
const PARAMETERS = FieldPath.of('parameters')
const RECLAIM_POLICY = FieldPath.of('reclaimPolicy')
const BINDING_MODE = FieldPath.of('volumeBindingMode')
const TOPOLOGIES = FieldPath.of('allowedTopologies')
const RECLAIM_POLICIES = ['Delete', 'Retain']
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer']

function validate(draft: Draft): FieldError[] {
  const { provisioner = '', parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = draft as StorageClass
  const errors = [...validateProvisioner(provisioner, PROVISIONER), ...validateParameters(parameters, PARAMETERS, { isRequired: false })]
  if (reclaimPolicy && !RECLAIM_POLICIES.includes(reclaimPolicy)) errors.push(notSupported(RECLAIM_POLICY, reclaimPolicy, RECLAIM_POLICIES))
  if (volumeBindingMode !== undefined && !BINDING_MODES.includes(volumeBindingMode))
    errors.push(notSupported(BINDING_MODE, volumeBindingMode, BINDING_MODES))
  return [...errors, ...validateTopologies(allowedTopologies ?? [], TOPOLOGIES)]
}

/** Volumes have been made by it: how they are made stays. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const [now, old] = [draft as StorageClass, stored as Readonly<StorageClass>]
  const errors = [...validateMetadata(draft), ...validate(draft), ...validateMetadataChange(draft, stored)]
  const refuse = (path: FieldPath): number => errors.push(forbidden(path, `updates to ${path.toString()} are forbidden.`))
  if (!sameFields(now.parameters ?? {}, old.parameters ?? {})) refuse(PARAMETERS)
  if (now.provisioner !== old.provisioner) refuse(PROVISIONER)
  if (now.reclaimPolicy !== old.reclaimPolicy) refuse(RECLAIM_POLICY)
  return [...errors, ...immutable(BINDING_MODE, now.volumeBindingMode, old.volumeBindingMode)]
}

/** Old names of labels of nodes. */
function warnings(object: Readonly<KubeObject>): string[] {
  const { allowedTopologies } = object as Readonly<StorageClass>
  return (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, at) =>
    (matchLabelExpressions ?? []).flatMap(({ key }, i) => {
      const message = DEPRECATED_NODE_LABELS[key]
      const path = TOPOLOGIES.index(at).child('matchLabelExpressions').index(i).child('key')
      return message === undefined ? [] : [warningAt(path, message)]
    }),
  )
}

/** StorageClasses (API reference, storage.k8s.io/v1 StorageClass). */
export const storageClassStrategy: Strategy = {
  metadataOnUpdate: 'own',
  default: (draft) => {
    const storageClass = draft as StorageClass
    storageClass.reclaimPolicy ??= 'Delete'
    storageClass.volumeBindingMode ??= 'Immediate'
  },
  validate,
  validateUpdate,
  warnings,
  returnsDeleted: true,
  tableRow: (object, nowMs) => {
    const { provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion, metadata } = object as Readonly<StorageClass>
    return [
      markedName(object, DEFAULT_CLASS_ANNOTATIONS),
      provisioner,
      reclaimPolicy ?? 'Delete',
      volumeBindingMode ?? 'Immediate',
      allowVolumeExpansion ?? false,
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
