import type { CronJob } from '@kubetape/api/types/batch/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell, containerCells, selectorCell } from '../table-cells.ts'

/** Cells of a CronJob's row: Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age, Containers, Images, Selector (of its Jobs). */
export function cronJobRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { metadata, spec, status } = object as Readonly<CronJob>
  const jobSpec = spec.jobTemplate.spec
  return [
    metadata.name ?? '',
    spec.schedule,
    spec.timeZone ?? '<none>',
    spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
    status?.active?.length ?? 0,
    status?.lastScheduleTime === undefined ? '<none>' : ageCell(status.lastScheduleTime, nowMs),
    ageCell(metadata.creationTimestamp, nowMs),
    ...containerCells(jobSpec?.template.spec),
    selectorCell(jobSpec?.selector),
  ]
}
