import type { FlowSchema } from '@kubetape/api/types/flowcontrol/v1'
import { cloneJson, duplicate, type FieldError, FieldPath, type KubeObject, required } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { validateFlowSchemaSpec } from './flow-schema-validation.ts'
import { validateFixedFlowSchema } from './mandatory-objects.ts'

const MATCHING_PRECEDENCE_DEFAULT = 1000

/** Conditions have a type, each another one. */
export function validateConditions(conditions: readonly { readonly type?: string }[] | undefined): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { type = '' }] of (conditions ?? []).entries()) {
    const field = FieldPath.of('status').child('conditions').index(at).child('type')
    if (seen.has(type)) errors.push(duplicate(field, type))
    seen.add(type)
    if (type === '') errors.push(required(field, 'must not be empty'))
  }
  return errors
}

function validate(draft: Draft): FieldError[] {
  const schema = draft as FlowSchema
  const name = schema.metadata.name ?? ''
  return [
    ...validateFlowSchemaSpec(name, schema.spec ?? { priorityLevelConfiguration: { name: '' } }),
    ...validateFixedFlowSchema(name, schema.spec),
    ...validateConditions(schema.status?.conditions),
  ]
}

/** An object's status stays what it was while its spec is written. */
export function keepStatus(draft: Draft, old: Readonly<KubeObject>): void {
  if (old['status'] === undefined) delete draft['status']
  else draft['status'] = cloneJson(old['status'])
}

/** While its status is written, everything but that and the managed fields stays. */
export function keepAllButStatus(draft: Draft, old: Readonly<KubeObject>): void {
  draft['spec'] = cloneJson(old['spec'])
  const { managedFields } = draft.metadata!
  draft.metadata = { ...cloneJson(old.metadata ?? {}), ...(managedFields === undefined ? {} : { managedFields }) }
}

/** Which requests belong together (API reference, flowcontrol.apiserver.k8s.io/v1 FlowSchema; KEP-1040). */
export const flowSchemaStrategy: Strategy = {
  default: (draft) => {
    const { spec } = draft as FlowSchema
    if (spec !== undefined && !spec.matchingPrecedence) spec.matchingPrecedence = MATCHING_PRECEDENCE_DEFAULT
  },
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate: validate,
  subresources: {
    status: {
      prepareForUpdate: keepAllButStatus,
      validateUpdate: (draft) => validateConditions((draft as FlowSchema).status?.conditions),
    },
  },
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = object as Readonly<FlowSchema>
    const dangling = status?.conditions?.find((condition) => condition.type === 'Dangling')
    return [
      metadata.name ?? '',
      spec?.priorityLevelConfiguration.name ?? '',
      spec?.matchingPrecedence ?? 0,
      spec?.distinguisherMethod?.type ?? '<none>',
      ageCell(metadata.creationTimestamp, nowMs),
      dangling?.status ?? '?',
    ]
  },
}
