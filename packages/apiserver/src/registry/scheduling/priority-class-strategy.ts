import type { PriorityClass } from '@kubetape/api/types/scheduling/v1'
import {
  type FieldError,
  FieldPath,
  forbidden,
  forbiddenError,
  type KubeObject,
  notSupported,
  required,
  validateImmutable,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

/** Names that begin so are Kubernetes' own. */
const SYSTEM_PREFIX = 'system-'
/** The classes of Kubernetes' own Pods with their values (well-known priority classes). */
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
])
const USER_VALUE_MAX = 1_000_000_000
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never']
const VALUE = FieldPath.of('value')
const PREEMPTION_POLICY = FieldPath.of('preemptionPolicy')

function validate(draft: Draft): FieldError[] {
  const { metadata, value, globalDefault = false, preemptionPolicy } = draft as PriorityClass
  const name = metadata.name ?? ''
  const errors: FieldError[] = []
  if (name.startsWith(SYSTEM_PREFIX)) {
    const wrong = systemClassError(name, value, globalDefault)
    if (wrong !== undefined) {
      errors.push(
        forbidden(
          FieldPath.of('metadata').child('name'),
          `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${wrong}`,
        ),
      )
    }
  } else if (value > USER_VALUE_MAX) errors.push(forbidden(VALUE, `maximum allowed value of a user defined priority is ${USER_VALUE_MAX}`))
  if (preemptionPolicy !== undefined) {
    if ((preemptionPolicy as string) === '') errors.push(required(PREEMPTION_POLICY))
    else if (!PREEMPTION_POLICIES.includes(preemptionPolicy))
      errors.push(notSupported(PREEMPTION_POLICY, preemptionPolicy, PREEMPTION_POLICIES))
  }
  return errors
}

/** Why this is none of Kubernetes' own classes; undefined when it is. */
function systemClassError(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = SYSTEM_CLASSES.get(name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

/** Value and policy are fixed: Pods have copies of them. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const priorityClass = draft as PriorityClass
  const old = stored as Readonly<PriorityClass>
  const errors = priorityClass.value === old.value ? [] : [forbidden(VALUE, 'may not be changed in an update.')]
  return [...errors, ...validateImmutable(priorityClass.preemptionPolicy, old.preemptionPolicy, PREEMPTION_POLICY)]
}

/** Priority classes (API reference, scheduling.k8s.io/v1 PriorityClass). */
export const priorityClassStrategy: Strategy = {
  default: (draft) => {
    const priorityClass = draft as PriorityClass
    priorityClass.value ??= 0
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  // The generation is 1 for good: nothing that counts can change.
  prepareForCreate: (draft) => {
    draft.metadata!.generation = 1
  },
  validate,
  validateUpdate,
  generation: 'none',
  checkDelete: (object) => {
    const name = object.metadata?.name ?? ''
    if (SYSTEM_CLASSES.has(name)) {
      throw forbiddenError(
        { group: 'scheduling.k8s.io', resource: 'priorityclasses' },
        name,
        'this is a system priority class and cannot be deleted',
      )
    }
  },
  tableRow: (object, nowMs) => {
    const { metadata, value, globalDefault = false } = object as Readonly<PriorityClass>
    return [metadata.name ?? '', value, globalDefault, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
