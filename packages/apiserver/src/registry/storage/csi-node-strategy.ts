import type { CSINode, CSINodeDriver } from '@kubetape/api/types/storage/v1'
import { duplicate, type FieldError, FieldPath, invalid, type KubeObject, required } from '@kubetape/apimachinery'
import { goStruct, nonNegative, sameFields } from '../batch/field-rules.ts'
import { checkQualifiedName } from '../core/pod/field-rule.ts'
import { validateCsiDriverName } from '../core/pod/network-volume-validation.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { validateMetadata } from './whole-metadata.ts'

const DRIVERS = FieldPath.of('spec').child('drivers')
const NODE_ID_MAX_BYTES = 192

const driversOf = (object: Readonly<KubeObject>): readonly CSINodeDriver[] => (object as Readonly<CSINode>).spec?.drivers ?? []

function validate(draft: Draft): FieldError[] {
  const names = new Set<string>()
  return driversOf(draft).flatMap((driver, at) => {
    const path = DRIVERS.index(at)
    const { name = '' } = driver
    const again = names.has(name) ? [duplicate(path.child('name'), name)] : []
    names.add(name)
    return [...validateDriver(driver, path), ...again, ...validateTopologyKeys(driver.topologyKeys ?? [], path)]
  })
}

/** What a driver is called, how it calls the node, and how many volumes it can have there. */
function validateDriver({ name = '', nodeID = '', allocatable }: CSINodeDriver, path: FieldPath): FieldError[] {
  const place = path.child('nodeID')
  return [
    ...validateCsiDriverName(name, path.child('name')),
    ...(nodeID === '' ? [required(place)] : []),
    ...(Buffer.byteLength(nodeID) > NODE_ID_MAX_BYTES ? [invalid(place, nodeID, `must be ${NODE_ID_MAX_BYTES} characters or less`)] : []),
    ...nonNegative(path.child('allocatable', 'count'), allocatable?.count),
  ]
}

/** Upstream names the driver, not the key, as the field. */
function validateTopologyKeys(keys: readonly string[], path: FieldPath): FieldError[] {
  return keys.flatMap((key, at) => [
    ...(key === '' ? [required(path)] : []),
    ...(keys.indexOf(key) < at ? [duplicate(path, key)] : []),
    ...checkQualifiedName(path, key),
  ])
}

/** Drivers come and go; what is said of one stays. Upstream judges all of the node twice. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const whole = [...validateMetadata(draft), ...validate(draft)]
  const changed = driversOf(stored).flatMap((old) =>
    driversOf(draft)
      .filter((driver) => driver.name === old.name && !sameFields(driver, old))
      .map((driver) => invalid(FieldPath.of('CSINodeDrivers'), driver, 'field is immutable', goStruct('storage.CSINodeDriver')(driver))),
  )
  return [...whole, ...whole, ...changed]
}

/** CSINodes (API reference, storage.k8s.io/v1 CSINode). */
export const csiNodeStrategy: Strategy = {
  metadataOnUpdate: 'own',
  validate,
  validateUpdate,
  unconditionalUpdate: false,
  returnsDeleted: true,
  tableRow: (object, nowMs) => [object.metadata?.name ?? '', driversOf(object).length, ageCell(object.metadata?.creationTimestamp, nowMs)],
}
