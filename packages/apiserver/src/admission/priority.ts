import type { Pod } from '@kubetape/api/types/core/v1'
import type { PriorityClass } from '@kubetape/api/types/scheduling/v1'
import { forbiddenError } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', resource: 'priorityclasses' } as const
const DEFAULT_POLICY = 'PreemptLowerPriority'

/** Turns a Pod's priorityClassName into its priority; allows one global default class only (plugin Priority). */
export function priority(storage: Storage): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate(attributes) {
      const { operation, resource, subresource } = attributes
      if (operation === 'CREATE' && resource.info.group === '' && resource.info.resource === 'pods' && subresource === '')
        setPriority(storage, attributes)
    },
    validate(attributes) {
      const { operation, resource } = attributes
      if (operation !== 'DELETE' && resource.info.group === PRIORITY_CLASSES.group && resource.info.resource === PRIORITY_CLASSES.resource)
        checkDefault(storage, attributes)
    },
  }
}

function setPriority(storage: Storage, { draft }: AdmissionAttributes): void {
  const pod = draft as Pod
  const { spec } = pod
  const refuse = (why: string): Error =>
    forbiddenError({ group: '', resource: 'pods' }, pod.metadata.name || pod.metadata.generateName || '', why)
  let value = 0
  let policy: string = DEFAULT_POLICY
  if (spec.priorityClassName) {
    const chosen = storage.get(PRIORITY_CLASSES, '', spec.priorityClassName)?.object as PriorityClass | undefined
    if (chosen === undefined) throw refuse(`no PriorityClass with name ${spec.priorityClassName} was found`)
    value = chosen.value
    policy = chosen.preemptionPolicy ?? DEFAULT_POLICY
  } else {
    const standard = defaultClass(storage)
    if (standard !== undefined) {
      spec.priorityClassName = standard.metadata.name!
      value = standard.value
      policy = standard.preemptionPolicy ?? DEFAULT_POLICY
    }
  }
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  }
  spec.priority = value
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  spec.preemptionPolicy = policy as NonNullable<typeof spec.preemptionPolicy>
}

/** Of several classes marked as default, the one with the lowest value. */
function defaultClass(storage: Storage): PriorityClass | undefined {
  const classes = storage.list(PRIORITY_CLASSES, false, {}).items.map((one) => one.object as PriorityClass)
  return classes.filter((one) => one.globalDefault).sort((a, b) => a.value - b.value)[0]
}

function checkDefault(storage: Storage, { draft, operation, name }: AdmissionAttributes): void {
  const changed = draft as PriorityClass
  if (!changed.globalDefault) return
  const standard = defaultClass(storage)
  if (standard === undefined || (operation === 'UPDATE' && standard.metadata.name === name)) return
  throw forbiddenError(
    PRIORITY_CLASSES,
    name,
    `PriorityClass ${standard.metadata.name} is already marked as default. Only one default can exist`,
  )
}
