import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../../table-cells.ts'
import { accessModesCell, classCell, phaseCell } from '../volume-table-cells.ts'

/** The row of a PersistentVolumeClaim, as kubectl prints it. */
export function claimRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { metadata, spec, status } = object as Readonly<PersistentVolumeClaim>
  const isBound = (spec?.volumeName ?? '') !== ''
  return [
    metadata.name ?? '',
    phaseCell(object, status?.phase),
    spec?.volumeName ?? '',
    isBound ? (status?.capacity?.['storage'] ?? '0') : '',
    isBound ? accessModesCell(status?.accessModes) : '',
    classCell(object, spec?.storageClassName),
    spec?.volumeAttributesClassName ?? '<unset>',
    ageCell(metadata.creationTimestamp, nowMs),
    spec?.volumeMode ?? '<unset>',
  ]
}
