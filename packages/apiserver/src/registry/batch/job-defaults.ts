import type { Job, JobSpec } from '@kubetape/api/types/batch/v1'
import { defaultPodTemplate } from '../core/pod/pod-defaults.ts'
import type { Draft, StrategyContext } from '../strategy.ts'

/** The back-off limit of a Job that says none (API reference, JobSpec.backoffLimit). */
const BACKOFF_LIMIT = 6
/** The limit where failures are counted per index instead: in effect none (KEP-3850). */
const NO_BACKOFF_LIMIT = 2_147_483_647

/** Defaults of a Job that depend on its other fields; a Job without labels takes its template's. */
export function defaultJob(draft: Draft, context: StrategyContext): void {
  const job = draft as Job
  const spec = (job.spec ??= { template: {} })
  spec.template ??= {}
  defaultCounts(spec)
  spec.backoffLimit ??=
    spec.backoffLimitPerIndex !== undefined && context.gates.enabled('JobBackoffLimitPerIndex') ? NO_BACKOFF_LIMIT : BACKOFF_LIMIT
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.manualSelector ??= false
  if (context.gates.enabled('JobPodReplacementPolicy')) {
    spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  }
  defaultJobTemplateFields(spec, context)
  shareTemplateLabels(job)
}

/** The defaults that the spec of a Job has in a CronJob's template too: Pod template and failure policy. */
export function defaultJobTemplateFields(spec: JobSpec, context: StrategyContext): void {
  spec.template ??= {}
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  }
  defaultPodTemplate(spec.template, context.gates)
}

/** Neither count given: one Pod. Only parallelism given: a work queue, whose completions stay open. */
function defaultCounts(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
}

/**
 * Lets a Job without labels have its template's. They are one object on purpose: labels that the template gets later in the request
 * (the generated ones) belong to the Job too. `ownLabels` ends that.
 */
function shareTemplateLabels(job: Job): void {
  const labels = job.spec.template.metadata?.labels
  if (labels === undefined || Object.keys(labels).length === 0) return
  const metadata = (job.metadata ??= {})
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels
}

/** Gives the Job labels of its own where it shares its template's. */
export function ownLabels(job: Job): void {
  if (job.metadata.labels !== undefined && job.metadata.labels === job.spec.template.metadata?.labels)
    job.metadata.labels = { ...job.metadata.labels }
}
