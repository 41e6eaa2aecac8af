import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '@kubetape/api/types/apiextensions/v1'
import { deepEqual, findCondition, hasCondition } from '@kubetape/apimachinery'

type Definition = Readonly<CustomResourceDefinition>
type Names = CustomResourceDefinitionNames
type Condition = CustomResourceDefinitionCondition

/** What a definition gets of the names that it asks for. */
export interface NamesJudgement {
  readonly acceptedNames: Names
  readonly namesAccepted: Condition
  readonly established: Condition
}

const NONE: Names = { plural: '', kind: '' }

/**
 * Gives a definition the names that nobody else in its group has (Kubernetes documentation, "CustomResourceDefinition"). `group` are all definitions of
 * the group. What is established stays so, whatever becomes of later names.
 */
export function judgeNames(definition: Definition, group: readonly Definition[]): NamesJudgement {
  const asked = definition.spec.names
  const before = definition.status?.acceptedNames ?? NONE
  const used = namesInUse(group)
  const accepted: Names = { ...before }
  let conflict: Condition | undefined
  const refuse = (reason: string, message: string): void => {
    conflict = { type: 'NamesAccepted', status: 'False', reason, message }
  }
  for (const [field, reason, taken] of [
    ['plural', 'PluralConflict', used.resources],
    ['singular', 'SingularConflict', used.resources],
  ] as const)
    take(field, reason, taken)
  takeShortNames()
  for (const [field, reason] of [
    ['kind', 'KindConflict'],
    ['listKind', 'ListKindConflict'],
  ] as const)
    take(field, reason, used.kinds)
  if (asked.categories === undefined) delete accepted.categories
  else accepted.categories = [...asked.categories]
  const namesAccepted = conflict ?? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  return { acceptedNames: accepted, namesAccepted, established: establishedAfter(definition, namesAccepted) }

  function take(field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, taken: ReadonlySet<string>): void {
    const name = asked[field] ?? ''
    if (name !== (before[field] ?? '') && taken.has(name)) refuse(reason, inUse(name))
    else accepted[field] = name
  }

  function takeShortNames(): void {
    const names = asked.shortNames ?? []
    if (deepEqual(names, before.shortNames ?? [])) return
    const own = new Set(before.shortNames)
    const taken = names.filter((name) => !own.has(name) && used.resources.has(name))
    if (taken.length > 0) refuse('ShortNamesConflict', aggregate(taken.map(inUse)))
    else if (names.length === 0) delete accepted.shortNames
    else accepted.shortNames = [...names]
  }
}

const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`

/** Several errors as upstream prints them together. */
const aggregate = (texts: readonly string[]): string => (texts.length === 1 ? texts[0]! : `[${[...new Set(texts)].join(', ')}]`)

function namesInUse(group: readonly Definition[]): { resources: ReadonlySet<string>; kinds: ReadonlySet<string> } {
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const { status } of group) {
    const { plural, singular = '', shortNames = [], kind, listKind = '' } = status?.acceptedNames ?? NONE
    for (const name of [plural, singular, ...shortNames]) if (name !== '') resources.add(name)
    for (const name of [kind, listKind]) if (name !== '') kinds.add(name)
  }
  return { resources, kinds }
}

function establishedAfter({ status }: Definition, namesAccepted: Condition): Condition {
  const before = findCondition(status?.conditions, 'Established')
  if (hasCondition(status?.conditions, 'Established')) return before!
  if (namesAccepted.status === 'True')
    return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }
  return before ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
}
