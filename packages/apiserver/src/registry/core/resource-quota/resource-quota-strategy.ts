import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { cloneJson, type FieldError, FieldPath, invalid, type KubeObject, required } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../../strategy.ts'
import { ageCell } from '../../table-cells.ts'
import { validateQuotaAmounts } from './quota-resource-name.ts'
import { printGoScopes, validateQuotaScopes } from './quota-scopes-validation.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')

function validate(draft: Draft): FieldError[] {
  const { spec = {} } = draft as ResourceQuota
  return [...validateQuotaAmounts(spec.hard, SPEC.child('hard')), ...validateQuotaScopes(spec)]
}

/** Scopes are fixed; in which order they stand does not matter. */
function validateUpdate(draft: Draft, old: Readonly<KubeObject>): FieldError[] {
  const errors = validate(draft)
  const [after, before] = [(draft as ResourceQuota).spec?.scopes, (old as Readonly<ResourceQuota>).spec?.scopes]
  const [now, then] = [new Set<string>(after), new Set<string>(before)]
  if (now.size !== then.size || [...now].some((one) => !then.has(one)))
    errors.push(invalid(SPEC.child('scopes'), after, 'field is immutable', printGoScopes(after)))
  return errors
}

function validateStatus(draft: Draft): FieldError[] {
  const { metadata, status } = draft as ResourceQuota
  return [
    ...(metadata.resourceVersion ? [] : [required(FieldPath.of('resourceVersion'))]),
    ...validateQuotaAmounts(status?.hard, STATUS.child('hard')),
    ...validateQuotaAmounts(status?.used, STATUS.child('used')),
  ]
}

/** Limits on what all objects of a namespace use together (API reference, core/v1 ResourceQuota). */
export const resourceQuotaStrategy: Strategy = {
  generation: 'none',
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'] ?? {})
  },
  validate,
  validateUpdate,
  subresources: {
    status: {
      prepareForUpdate: (draft, old) => {
        draft['spec'] = cloneJson(old['spec'] ?? {})
      },
      validateUpdate: validateStatus,
    },
  },
  tableRow: (object, nowMs) => {
    const { metadata, status } = object as Readonly<ResourceQuota>
    const columns: { request: string[]; limit: string[] } = { request: [], limit: [] }
    for (const [name, hard] of Object.entries(status?.hard ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
      columns[name.startsWith('limits') ? 'limit' : 'request'].push(`${name}: ${status?.used?.[name] ?? '0'}/${hard}`)
    return [metadata.name ?? '', ageCell(metadata.creationTimestamp, nowMs), columns.request.join(', '), columns.limit.join(', ')]
  },
}
