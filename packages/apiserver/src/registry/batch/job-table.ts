import type { Job } from '@kubetape/api/types/batch/v1'
import { humanDuration, type KubeObject } from '@kubetape/apimachinery'
import { isConditionTrue } from './job-conditions.ts'
import { ageCell, containerCells, selectorCell } from '../table-cells.ts'

/** Cells of a Job's row: Name, Status, Completions, Duration, Age, Containers, Images, Selector. */
export function jobRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const job = object as Readonly<Job>
  return [
    job.metadata.name ?? '',
    statusCell(job),
    completionsCell(job),
    durationCell(job, nowMs),
    ageCell(job.metadata.creationTimestamp, nowMs),
    ...containerCells(job.spec.template.spec),
    selectorCell(job.spec.selector),
  ]
}

/** The first state that holds, the final ones first. */
function statusCell(job: Readonly<Job>): string {
  if (isConditionTrue(job, 'Complete')) return 'Complete'
  if (isConditionTrue(job, 'Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (isConditionTrue(job, type)) return type
  return 'Running'
}

function completionsCell({ spec, status }: Readonly<Job>): string {
  const succeeded = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`
  const parallelism = spec.parallelism ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

/** From start to completion, or to now; a failed Job that never completes keeps counting, as upstream's does. */
function durationCell({ status }: Readonly<Job>, nowMs: number): string {
  if (status?.startTime === undefined) return ''
  const endMs = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime)
  return humanDuration(endMs - Date.parse(status.startTime))
}
