import type { TableColumn } from '@kubetape/api'
import type { Scale } from '@kubetape/api/types/autoscaling/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../registry/table-cells.ts'

/** The columns of a Scale's Table, whichever built-in kind it is of. */
export const SCALE_COLUMNS: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Desired', type: 'integer', format: '', priority: 0 },
  { name: 'Available', type: 'integer', format: '', priority: 0 },
  { name: 'Age', type: 'string', format: '', priority: 0 },
]

/** Name, Desired, Available, Age. */
export function scaleRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { metadata, spec, status } = object as Readonly<Scale>
  return [metadata?.name ?? '', spec?.replicas ?? 0, status?.replicas ?? 0, ageCell(metadata?.creationTimestamp, nowMs)]
}
