import type { Job, JobSpec } from '@kubetape/api/types/batch/v1'
import { dnsLabelErrors, type KubeObject } from '@kubetape/apimachinery'
import { podTemplateWarnings } from '../core/pod/pod-warnings.ts'
import type { StrategyContext } from '../strategy.ts'

const MANY_COMPLETIONS = 100_000
const MANY_PODS_AT_ONCE = 10_000

/** Warnings about a new Job, or about a changed one where the spec has changed. */
export function jobWarnings(draft: Readonly<KubeObject>, stored: Readonly<KubeObject> | undefined, context: StrategyContext): string[] {
  const job = draft as Readonly<Job>
  if (stored === undefined) return [...podNameWarnings(job.metadata.name ?? ''), ...jobSpecWarnings(job.spec, undefined, 'spec', context)]
  if (job.metadata.generation === stored.metadata?.generation) return []
  return jobSpecWarnings(job.spec, (stored as Readonly<Job>).spec, 'spec', context)
}

/** A name that Pods will carry in theirs had better be a DNS label. */
export function podNameWarnings(name: string): string[] {
  const errors = dnsLabelErrors(name)
  if (errors.length === 0) return []
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${errors.join(' ')}]`,
  ]
}

/** Warnings about the spec of a Job, at `path`; of a CronJob's template too. */
export function jobSpecWarnings(
  spec: Readonly<JobSpec>,
  old: Readonly<JobSpec> | undefined,
  path: string,
  context: StrategyContext,
): string[] {
  const warnings: string[] = []
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > MANY_COMPLETIONS && (spec.parallelism ?? 0) > MANY_PODS_AT_ONCE) {
    warnings.push(
      `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
    )
  }
  return [...warnings, ...podTemplateWarnings(spec.template, old?.template, `${path}.template`, context)]
}
