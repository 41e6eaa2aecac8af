import type { ControllerRevision } from '@kubetape/api/types/apps/v1'
import { type FieldError, FieldPath, required } from '@kubetape/apimachinery'
import { immutable, nonNegative } from '../batch/field-rules.ts'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const DATA = FieldPath.of('data')

function validate(revision: ControllerRevision): FieldError[] {
  const errors = revision.data === undefined || revision.data === null ? [required(DATA, 'data is mandatory')] : []
  return [...errors, ...nonNegative(FieldPath.of('revision'), revision.revision)]
}

/** ControllerRevisions (API reference, apps/v1 ControllerRevision): what is kept of an old template never changes. */
export const controllerRevisionStrategy: Strategy = {
  generation: 'none',
  validate: (draft) => validate(draft as ControllerRevision),
  validateUpdate: (draft, old) => [
    ...validate(draft as ControllerRevision),
    ...immutable(DATA, (draft as ControllerRevision).data, (old as ControllerRevision).data),
  ],
  tableRow: (object, nowMs) => {
    const { metadata, revision } = object as Readonly<ControllerRevision>
    const owner = metadata.ownerReferences?.find((one) => one.controller === true)
    return [metadata.name ?? '', owner === undefined ? '<none>' : ownerName(owner), revision, ageCell(metadata.creationTimestamp, nowMs)]
  },
}

/** `deployment.apps/web`, as tables name an owner. */
function ownerName({ apiVersion, kind, name }: { apiVersion: string; kind: string; name: string }): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`
}
