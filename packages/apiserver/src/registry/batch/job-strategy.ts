import type { Job } from '@kubetape/api/types/batch/v1'
import { cloneJson, type KubeObject, labelValueErrors } from '@kubetape/apimachinery'
import { dropDisabledTemplateFields } from '../core/pod/pod-fields.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { defaultJob, ownLabels } from './job-defaults.ts'
import { dropDisabledFields, dropNewlyDisabledFields } from './job-field-gates.ts'
import { generateSelector } from './job-labels.ts'
import { validateJobStatusUpdate } from './job-status-validation.ts'
import { jobRow } from './job-table.ts'
import { validateJob, validateJobUpdate } from './job-validation.ts'
import { jobWarnings } from './job-warnings.ts'

const ORPHANS_PODS =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

function prepareForCreate(draft: Draft, context: StrategyContext): void {
  const job = draft as Job
  generateSelector(job)
  labelJob(job)
  job.status = {}
  dropDisabledFields(job.spec, context.gates)
  dropDisabledTemplateFields(job.spec.template, undefined, context.gates)
}

/**
 * A Job without labels has its template's, the generated ones included. Labels that no object may have are not taken over: the template is
 * refused for them, and only the template.
 */
function labelJob(job: Job): void {
  ownLabels(job)
  if (Object.keys(job.metadata.labels ?? {}).length > 0) return
  const labels = job.spec.template.metadata?.labels ?? {}
  if (Object.keys(labels).length > 0 && Object.values(labels).every((value) => labelValueErrors(value).length === 0))
    job.metadata.labels = { ...labels }
}

function prepareForUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): void {
  const job = draft as Job
  const old = stored as Readonly<Job>
  ownLabels(job)
  if (old.status === undefined) delete job.status
  else job.status = cloneJson(old.status)
  dropNewlyDisabledFields(job.spec, old.spec, context.gates)
  dropDisabledTemplateFields(job.spec.template, old.spec.template, context.gates)
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: validateJobStatusUpdate,
}

/** Jobs (API reference, batch/v1 Job). */
export const jobStrategy: Strategy = {
  default: defaultJob,
  prepareForCreate,
  prepareForUpdate,
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  warnings: jobWarnings,
  subresources: { status },
  generation: 'spec',
  // batch/v1 keeps what its first users relied on: Pods outlive their Job unless the deletion says otherwise.
  defaultPropagation: (context) => {
    context.warn(ORPHANS_PODS)
    return 'orphan'
  },
  selectableFields: (object) => ({ 'status.successful': String((object as Readonly<Job>).status?.succeeded ?? 0) }),
  fieldRefusal: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  tableRow: jobRow,
}
