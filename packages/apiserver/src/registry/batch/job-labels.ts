import type { Job } from '@kubetape/api/types/batch/v1'

/** The label of a Job's Pods with the Job's name (well-known labels reference). */
export const JOB_NAME_LABEL = 'batch.kubernetes.io/job-name'
/** The label of a Job's Pods with the Job's uid; what a generated selector selects. */
export const CONTROLLER_UID_LABEL = 'batch.kubernetes.io/controller-uid'
/** The same two labels as they were before they had a prefix. */
export const LEGACY_JOB_NAME_LABEL = 'job-name'
export const LEGACY_CONTROLLER_UID_LABEL = 'controller-uid'

/**
 * Gives the Pod template the labels that make the Job's Pods its own, and the Job the selector for them. What a user has set stays: validation
 * refuses it where it conflicts. With `manualSelector` nothing is done.
 */
export function generateSelector(job: Job): void {
  const { spec, metadata } = job
  if (spec.manualSelector === true) return
  const name = metadata.name ?? ''
  const uid = metadata.uid ?? ''
  const template = (spec.template.metadata ??= {})
  const labels = (template.labels ??= {})
  labels[LEGACY_JOB_NAME_LABEL] ??= name
  labels[JOB_NAME_LABEL] ??= name
  labels[LEGACY_CONTROLLER_UID_LABEL] ??= uid
  labels[CONTROLLER_UID_LABEL] ??= uid
  const selector = (spec.selector ??= {})
  const matchLabels = (selector.matchLabels ??= {})
  matchLabels[CONTROLLER_UID_LABEL] ??= uid
}
