import type { Job, JobSpec } from '@kubetape/api/types/batch/v1'
import type { PodTemplateSpec } from '@kubetape/api/types/core/v1'
import {
  dnsLabelErrors,
  type FieldError,
  FieldPath,
  invalid,
  isStatusError,
  type KubeObject,
  labelSelectorOf,
  type LabelSelectorObject,
  labelValueErrors,
  printGoLabelSelector,
  printGoStringMap,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type { Draft, StrategyContext } from '../strategy.ts'
import { goStruct, hasLabel, immutable, sameFields } from './field-rules.ts'
import { CONTROLLER_UID_LABEL, JOB_NAME_LABEL, LEGACY_CONTROLLER_UID_LABEL, LEGACY_JOB_NAME_LABEL } from './job-labels.ts'
import { validateJobSpecFields } from './job-spec-validation.ts'

const SPEC = FieldPath.of('spec')

/** What a new Job may be; metadata has been checked before. */
export function validateJob(draft: Draft, context: StrategyContext): FieldError[] {
  return validateWholeJob(draft as Job, undefined, context)
}

/**
 * What a Job may become. The whole Job is checked first, then once more as a change, so each error of the spec has two causes in the answer, as
 * it has upstream.
 */
export function validateJobUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): FieldError[] {
  const job = draft as Job
  const old = stored as Readonly<Job>
  return [...validateWholeJob(job, old, context), ...validateSpec(job.spec, old.spec, context), ...validateSpecChange(job.spec, old)]
}

function validateWholeJob(job: Job, old: Readonly<Job> | undefined, context: StrategyContext): FieldError[] {
  return [...validateGeneratedSelector(job, old), ...validateSpec(job.spec, old?.spec, context), ...validateIndexedName(job)]
}

/** A Job whose selector the server makes must have the labels that belong to it on its template (and Jobs that are older than the prefixed labels, the old ones). */
function validateGeneratedSelector(job: Job, old: Readonly<Job> | undefined): FieldError[] {
  const { spec, metadata } = job
  if (spec.manualSelector === true || spec.selector === undefined) return []
  const name = metadata.name ?? ''
  const uid = metadata.uid ?? ''
  const templateMetadata = SPEC.child('template', 'metadata')
  const labels = spec.template.metadata?.labels
  const oldLabels = old?.spec.template.metadata?.labels ?? {}
  const prefixed = old === undefined || (JOB_NAME_LABEL in oldLabels && CONTROLLER_UID_LABEL in oldLabels)
  const expected: Record<string, string> = {
    [LEGACY_CONTROLLER_UID_LABEL]: uid,
    [LEGACY_JOB_NAME_LABEL]: name,
    ...(prefixed ? { [CONTROLLER_UID_LABEL]: uid, [JOB_NAME_LABEL]: name } : {}),
  }
  const errors = uid === '' ? [required(FieldPath.of('metadata').child('uid'))] : []
  for (const [key, value] of Object.entries(expected)) errors.push(...hasLabel(labels, templateMetadata, key, value))
  if (!mayMatch(spec.selector, expected)) {
    errors.push(invalid(SPEC.child('selector'), spec.selector, '`selector` not auto-generated', printGoLabelSelector(spec.selector)))
  }
  return errors
}

function validateSpec(spec: JobSpec, old: Readonly<JobSpec> | undefined, context: StrategyContext): FieldError[] {
  const errors = validateJobSpecFields(spec, SPEC, old, context)
  if (spec.selector === undefined) errors.push(required(SPEC.child('selector')))
  else
    errors.push(
      ...validateLabelSelector(spec.selector, SPEC.child('selector'), {
        anyValues: old?.selector !== undefined && hasBadValue(old.selector),
      }),
    )
  const labels = spec.template.metadata?.labels
  if (!mayMatch(spec.selector, labels ?? {})) {
    const path = SPEC.child('template', 'metadata', 'labels')
    errors.push(invalid(path, labels, '`selector` does not match template `labels`', printGoStringMap(labels)))
  }
  return errors
}

/** Whether the selector selects these labels; true where it is malformed, which is an error of its own. */
function mayMatch(selector: LabelSelectorObject | undefined, labels: Readonly<Record<string, string>>): boolean {
  try {
    return labelSelectorOf(selector).matches(labels)
  } catch (error) {
    if (isStatusError(error)) return true
    throw error
  }
}

/** Whether a stored selector has values that are no label values: such a Job stays changeable. */
function hasBadValue(selector: LabelSelectorObject): boolean {
  return (selector.matchExpressions ?? []).some(({ values = [] }) => values.some((value) => labelValueErrors(value).length > 0))
}

/** Pods of an Indexed Job have the index in their host names, which must be DNS labels. */
function validateIndexedName({ spec, metadata }: Job): FieldError[] {
  if (spec.completionMode !== 'Indexed' || (spec.completions ?? 0) <= 0) return []
  const name = metadata.name ?? ''
  const last = `${name}-${spec.completions! - 1}`
  if (dnsLabelErrors(last).length === 0) return []
  return [invalid(FieldPath.of('metadata').child('name'), name, `will not able to create pod with invalid DNS label: ${last}`)]
}

function validateSpecChange(spec: JobSpec, oldJob: Readonly<Job>): FieldError[] {
  const old = oldJob.spec
  const unchanged = <F extends keyof JobSpec>(field: F, print?: (value: NonNullable<JobSpec[F]>) => string): FieldError[] =>
    immutable<JobSpec[F]>(SPEC.child(field), spec[field], old[field], print)
  return [
    ...validateCompletionsChange(spec, old),
    ...unchanged('selector', printGoLabelSelector),
    ...immutable(SPEC.child('template'), spec.template, mutableTemplate(spec.template, oldJob), goStruct('core.PodTemplateSpec')),
    ...unchanged('completionMode'),
    ...unchanged('podFailurePolicy', goStruct('batch.PodFailurePolicy')),
    ...unchanged('backoffLimitPerIndex'),
    ...unchanged('managedBy'),
    ...unchanged('successPolicy', goStruct('batch.SuccessPolicy')),
  ]
}

/** Completions of an Indexed Job follow its parallelism (KEP-3715, elastic indexed Jobs); others never change. */
function validateCompletionsChange(spec: JobSpec, old: Readonly<JobSpec>): FieldError[] {
  const path = SPEC.child('completions')
  if (spec.completionMode !== 'Indexed') return immutable(path, spec.completions, old.completions)
  if (spec.completions === undefined || spec.completions === old.completions || spec.completions === spec.parallelism) return []
  return [invalid(path, spec.completions, 'can only be modified in tandem with spec.parallelism')]
}

/**
 * The old template with those parts of the new one that may change: while a Job is suspended and has never started, where its Pods may run
 * (KEP-2926, mutable scheduling directives). Otherwise the old template.
 */
function mutableTemplate(template: PodTemplateSpec, { spec: { template: old, suspend }, status }: Readonly<Job>): PodTemplateSpec {
  if (suspend !== true || status?.startTime !== undefined || sameFields(template, old)) return old
  const { nodeSelector, tolerations, schedulingGates, affinity } = template.spec ?? { containers: [] }
  const { labels, annotations } = template.metadata ?? {}
  const { affinity: oldAffinity, ...oldSpec } = old.spec ?? { containers: [] }
  const allowedAffinity = withNodeAffinity(oldAffinity, affinity)
  return stripUndefined({
    ...old,
    metadata: stripUndefined({ ...old.metadata, labels, annotations }),
    spec: stripUndefined({ ...oldSpec, nodeSelector, tolerations, schedulingGates, affinity: allowedAffinity }),
  })
}

type Affinity = NonNullable<NonNullable<PodTemplateSpec['spec']>['affinity']>

/** The old affinity with the new one's node affinity; all of it may go when node affinity is all there was. */
function withNodeAffinity(old: Affinity | undefined, affinity: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...others } = old ?? {}
  if (affinity === undefined) return Object.keys(others).length === 0 ? undefined : others
  return stripUndefined({ ...others, nodeAffinity: affinity.nodeAffinity })
}

function stripUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
