import type { CronJob, Job } from '@kubetape/api/types/batch/v1'
import type { Gates } from '@kubetape/client-go-features'
import { controllerReference } from '../job/controller-reference.ts'
import { TimeZone } from './time-zone.ts'

/** The annotation with the time that a Job was made for (KEP-4026). */
export const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** The name of the Job for a due time: it ends in the minutes since 1970, so that no time gets two Jobs. */
export function scheduledJobName(cronJob: CronJob, dueMs: number): string {
  return `${cronJob.metadata.name}-${Math.floor(dueMs / 60_000)}`
}

/** The Job to create for a due time. It shares the spec with the CronJob: treat it as frozen. */
export function scheduledJob(cronJob: CronJob, dueMs: number, gates: Gates): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate
  const annotations = { ...metadata?.annotations }
  if (gates.enabled('CronJobsScheduledAnnotation')) {
    annotations[SCHEDULED_TIMESTAMP] = (TimeZone.named(cronJob.spec.timeZone ?? '') ?? TimeZone.utc()).format(dueMs)
  }
  const { namespace } = cronJob.metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: scheduledJobName(cronJob, dueMs),
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata?.labels && Object.keys(metadata.labels).length > 0 ? { labels: { ...metadata.labels } } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ownerReferences: [controllerReference({ apiVersion: 'batch/v1', kind: 'CronJob' }, cronJob)],
    },
    spec: spec ?? { template: {} },
  }
}
