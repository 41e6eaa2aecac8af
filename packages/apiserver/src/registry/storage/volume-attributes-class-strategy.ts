import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import { type FieldError, FieldPath, forbidden, type KubeObject } from '@kubetape/apimachinery'
import { sameFields } from '../batch/field-rules.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { DEFAULT_ATTRIBUTES_CLASS_ANNOTATIONS, markedName } from './default-mark.ts'
import { validateParameters, validateProvisioner } from './parameters-validation.ts'
import { validateMetadata, validateMetadataChange } from './whole-metadata.ts'

const DRIVER = FieldPath.of('driverName')
const PARAMETERS = FieldPath.of('parameters')

function validate(draft: Draft): FieldError[] {
  const { driverName = '', parameters } = draft as VolumeAttributesClass
  return [...validateProvisioner(driverName, DRIVER), ...validateParameters(parameters, PARAMETERS, { isRequired: true })]
}

/** A class never changes: volumes become others of their class by being given another class (KEP-3751). Upstream judges all of it twice. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const [now, old] = [draft as VolumeAttributesClass, stored as Readonly<VolumeAttributesClass>]
  const whole = [...validateMetadata(draft), ...validate(draft)]
  const refuse = (path: FieldPath): FieldError => forbidden(path, `updates to ${path.toString()} are forbidden.`)
  return [
    ...whole,
    ...validateMetadataChange(draft, stored),
    ...(now.driverName === old.driverName ? [] : [refuse(DRIVER)]),
    ...(sameFields(now.parameters ?? {}, old.parameters ?? {}) ? [] : [refuse(PARAMETERS)]),
    ...whole,
  ]
}

/** VolumeAttributesClasses in both of their versions (API reference, storage.k8s.io/v1beta1 VolumeAttributesClass). */
export const volumeAttributesClassStrategy: Strategy = {
  metadataOnUpdate: 'own',
  validate,
  validateUpdate,
  returnsDeleted: true,
  tableRow: (object, nowMs) => [
    markedName(object, DEFAULT_ATTRIBUTES_CLASS_ANNOTATIONS),
    (object as Readonly<VolumeAttributesClass>).driverName,
    ageCell(object.metadata?.creationTimestamp, nowMs),
  ],
}
