import type { CronJob, Job } from '@kubetape/api/types/batch/v1'
import { finishedCondition } from '../job/job-condition.ts'
import { kubeTimeMs } from '../job/kube-time.ts'

/** The finished Jobs beyond `successfulJobsHistoryLimit` and `failedJobsHistoryLimit`, oldest first, successful ones before failed ones. */
export function expiredJobs({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const ended = (type: string): Job[] => jobs.filter((job) => finishedCondition(job)?.type === type)
  return [...oldest(ended('Complete'), spec.successfulJobsHistoryLimit), ...oldest(ended('Failed'), spec.failedJobsHistoryLimit)]
}

function oldest(jobs: Job[], limit: number | undefined): Job[] {
  if (limit === undefined || jobs.length <= limit) return []
  return jobs.sort(byStart).slice(0, jobs.length - limit)
}

/** Jobs that never started come last. */
function byStart(a: Job, b: Job): number {
  const [start, other] = [kubeTimeMs(a.status?.startTime) ?? Infinity, kubeTimeMs(b.status?.startTime) ?? Infinity]
  if (start !== other) return start - other
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
