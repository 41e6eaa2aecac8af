import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../../table-cells.ts'
import { accessModesCell, classCell, phaseCell } from '../volume-table-cells.ts'

/** The row of a PersistentVolume, as kubectl prints it. */
export function volumeRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { metadata, spec, status } = object as Readonly<PersistentVolume>
  const claim = spec?.claimRef
  return [
    metadata.name ?? '',
    spec?.capacity?.['storage'] ?? '0',
    accessModesCell(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    phaseCell(object, status?.phase),
    claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
    classCell(object, spec?.storageClassName),
    spec?.volumeAttributesClassName ?? '<unset>',
    status?.reason ?? '',
    ageCell(metadata.creationTimestamp, nowMs),
    spec?.volumeMode ?? '<unset>',
  ]
}
