import type { JobSpec } from '@kubetape/api/types/batch/v1'
import { type FieldError, type FieldPath, invalid, notSupported, required, utf8Length } from '@kubetape/apimachinery'
import { validatePodTemplateSpec } from '../core/pod/pod-validation.ts'
import type { StrategyContext } from '../strategy.ts'
import { longerThan, nonNegative } from './field-rules.ts'
import { domainPrefixedPathErrors } from './domain-prefixed-path.ts'
import { validatePodFailurePolicy } from './pod-failure-policy-validation.ts'
import { validateSuccessPolicy } from './success-policy-validation.ts'

const MANAGED_BY_MAX = 63
const PARALLELISM_MAX_INDEXED = 100_000
const FAILED_INDEXES_MAX = 100_000
/** Above so many completions with a limit per index, the lists of indexes could outgrow an object (KEP-3850). */
const MANY_COMPLETIONS = 100_000
const PARALLELISM_MAX_MANY_COMPLETIONS = 10_000
const FAILED_INDEXES_MAX_MANY_COMPLETIONS = 10_000

/** Everything in the spec of a Job but its selector: what a CronJob's template is checked for too. */
export function validateJobSpecFields(
  spec: JobSpec,
  path: FieldPath,
  old: Readonly<JobSpec> | undefined,
  context: StrategyContext,
): FieldError[] {
  const errors = validateNumbers(spec, path)
  if (spec.managedBy !== undefined) errors.push(...validateManagedBy(spec.managedBy, path.child('managedBy')))
  if (spec.completionMode !== undefined) errors.push(...validateCompletionMode(spec, path))
  if ((spec.completionMode ?? 'NonIndexed') === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] !== undefined) errors.push(invalid(path.child(field), spec[field], 'requires indexed completion mode'))
    }
  }
  if (spec.podFailurePolicy !== undefined) errors.push(...validatePodFailurePolicy(spec, path.child('podFailurePolicy')))
  if (spec.successPolicy !== undefined) errors.push(...validateSuccessPolicy(spec, path.child('successPolicy')))
  errors.push(...validatePodReplacementPolicy(spec, path.child('podReplacementPolicy')))
  errors.push(...validatePodTemplateSpec(spec.template, path.child('template'), old?.template, context))
  errors.push(...validateRestartPolicy(spec, path.child('template', 'spec', 'restartPolicy')))
  return errors
}

function validateNumbers(spec: JobSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const fields = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const
  for (const field of fields) errors.push(...nonNegative(path.child(field), spec[field]))
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'))
  }
  return errors
}

function validateManagedBy(managedBy: string, path: FieldPath): FieldError[] {
  const errors = domainPrefixedPathErrors(managedBy, path)
  if (utf8Length(managedBy) > MANAGED_BY_MAX) errors.push(longerThan(path, MANAGED_BY_MAX))
  return errors
}

function validateCompletionMode(spec: JobSpec, path: FieldPath): FieldError[] {
  const { completionMode, completions, parallelism, maxFailedIndexes } = spec
  if (completionMode !== 'Indexed') {
    return completionMode === 'NonIndexed' ? [] : [notSupported(path.child('completionMode'), completionMode, ['NonIndexed', 'Indexed'])]
  }
  const errors: FieldError[] = []
  if (completions === undefined) errors.push(required(path.child('completions'), 'when completion mode is Indexed'))
  if (parallelism !== undefined && parallelism > PARALLELISM_MAX_INDEXED) {
    errors.push(
      invalid(
        path.child('parallelism'),
        parallelism,
        `must be less than or equal to ${PARALLELISM_MAX_INDEXED} when completion mode is Indexed`,
      ),
    )
  }
  if (maxFailedIndexes !== undefined) {
    const maxPath = path.child('maxFailedIndexes')
    if (completions !== undefined && maxFailedIndexes > completions)
      errors.push(invalid(maxPath, maxFailedIndexes, 'must be less than or equal to completions'))
    if (maxFailedIndexes > FAILED_INDEXES_MAX)
      errors.push(invalid(maxPath, maxFailedIndexes, `must be less than or equal to ${FAILED_INDEXES_MAX}`))
  }
  if (completions !== undefined && completions > MANY_COMPLETIONS && spec.backoffLimitPerIndex !== undefined)
    errors.push(...validateManyCompletions(spec, path))
  return errors
}

function validateManyCompletions({ parallelism, maxFailedIndexes }: JobSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const detail = (max: number): string =>
    `must be less than or equal to ${max} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  if (maxFailedIndexes === undefined)
    errors.push(required(path.child('maxFailedIndexes'), `must be specified when completions is above ${MANY_COMPLETIONS}`))
  if (parallelism !== undefined && parallelism > PARALLELISM_MAX_MANY_COMPLETIONS) {
    errors.push(invalid(path.child('parallelism'), parallelism, detail(PARALLELISM_MAX_MANY_COMPLETIONS)))
  }
  if (maxFailedIndexes !== undefined && maxFailedIndexes > FAILED_INDEXES_MAX_MANY_COMPLETIONS) {
    errors.push(invalid(path.child('maxFailedIndexes'), maxFailedIndexes, detail(FAILED_INDEXES_MAX_MANY_COMPLETIONS)))
  }
  return errors
}

/** Beside a failure policy only Failed is allowed: a Pod is judged when it has failed, not before. */
function validatePodReplacementPolicy({ podReplacementPolicy, podFailurePolicy }: JobSpec, path: FieldPath): FieldError[] {
  if (podReplacementPolicy === undefined) return []
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  return supported.includes(podReplacementPolicy) ? [] : [notSupported(path, podReplacementPolicy, supported)]
}

function validateRestartPolicy(spec: JobSpec, path: FieldPath): FieldError[] {
  const restartPolicy = spec.template.spec?.restartPolicy ?? ''
  if (restartPolicy === 'Always' || (restartPolicy as string) === '') return [required(path, 'valid values: "OnFailure", "Never"')]
  if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') return [notSupported(path, restartPolicy, ['OnFailure', 'Never'])]
  if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never') {
    return [invalid(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')]
  }
  return []
}
