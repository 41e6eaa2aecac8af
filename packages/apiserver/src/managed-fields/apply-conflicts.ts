import { failure, type ManagedFieldsEntry, type StatusError } from '@kubetape/apimachinery'
import { difference, type FieldSet, isEmptySet, isMemberNode, isPrefixNode } from './field-set.ts'
import { compareElements, printElement } from './path-element.ts'

/** Fields that somebody else owns and that an apply would change. */
export interface Conflict {
  readonly owner: ManagedFieldsEntry
  readonly fields: FieldSet
}

/** What is left of conflicts without those about `allowed` fields. */
export function withoutAllowed(conflicts: readonly Conflict[], allowed: FieldSet): Conflict[] {
  return conflicts.flatMap(({ owner, fields }) => {
    const left = difference(fields, allowed)
    return isEmptySet(left) ? [] : { owner, fields: left }
  })
}

/** 409 with upstream's words, a cause for each field and owner. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const told = [...conflicts]
    .sort((a, b) => (identity(a.owner) < identity(b.owner) ? -1 : 1))
    .map(({ owner, fields }) => ({ owner: printOwner(owner), paths: pathsOf(fields) }))
  const causes = told.flatMap(({ owner, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${owner}`, field })),
  )
  return failure(409, 'Conflict', messageOf(told, causes.length), { causes })
}

function messageOf(told: readonly { owner: string; paths: readonly string[] }[], count: number): string {
  if (count === 1) return `Apply failed with 1 conflict: conflict with ${told[0]!.owner}: ${told[0]!.paths[0]}`
  const lines = told.flatMap(({ owner, paths }) => [`conflicts with ${owner}:`, ...paths.map((path) => `- ${path}`)])
  return `Apply failed with ${count} conflicts: ${lines.join('\n')}`
}

const identity = ({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string =>
  JSON.stringify({ manager, operation, apiVersion: operation === 'Apply' ? undefined : apiVersion, subresource })

/** Who owns a field: `"a"`, `"a" with subresource "status"`, `"a" using v1`. */
function printOwner({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager ?? '') + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '')
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

/** The members of a set as paths, those of each level before those below it. */
function pathsOf(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set)
    .filter((element) => element !== '.')
    .sort(compareElements)
  const members = elements.filter((element) => isMemberNode(set[element]!)).map((element) => prefix + printElement(element))
  const below = elements
    .filter((element) => isPrefixNode(set[element]!))
    .flatMap((element) => pathsOf(set[element]!, prefix + printElement(element)))
  return [...members, ...below]
}
