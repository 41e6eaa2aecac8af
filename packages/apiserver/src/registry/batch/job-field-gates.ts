import type { JobSpec } from '@kubetape/api/types/batch/v1'
import type { Gates } from '@kubetape/client-go-features'

/** Drops from a new Job the fields whose feature is off. */
export function dropDisabledFields(spec: JobSpec, gates: Gates): void {
  if (!gates.enabled('JobManagedBy')) delete spec.managedBy
  if (!gates.enabled('JobSuccessPolicy')) delete spec.successPolicy
  if (!gates.enabled('JobPodReplacementPolicy')) delete spec.podReplacementPolicy
  if (!gates.enabled('JobBackoffLimitPerIndex')) {
    delete spec.backoffLimitPerIndex
    delete spec.maxFailedIndexes
    const policy = spec.podFailurePolicy
    // Rules that fail one index make no sense where indexes have no limit of their own.
    if (policy?.rules?.length) policy.rules = policy.rules.filter((rule) => rule.action !== 'FailIndex')
  }
}

/**
 * Drops from a changed Job the fields whose feature is off, unless the Job has them already. Not managedBy: setting it late is refused as a
 * change of an immutable field. Rules of the failure policy stay as they are, because the policy is immutable.
 */
export function dropNewlyDisabledFields(spec: JobSpec, old: Readonly<JobSpec>, gates: Gates): void {
  const drop = (gate: string, field: 'successPolicy' | 'podReplacementPolicy' | 'backoffLimitPerIndex' | 'maxFailedIndexes'): void => {
    if (old[field] === undefined && !gates.enabled(gate)) delete spec[field]
  }
  drop('JobSuccessPolicy', 'successPolicy')
  drop('JobPodReplacementPolicy', 'podReplacementPolicy')
  drop('JobBackoffLimitPerIndex', 'backoffLimitPerIndex')
  drop('JobBackoffLimitPerIndex', 'maxFailedIndexes')
}
