import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import { resetFieldsOf } from '../managed-fields/reset-fields.ts'
import { isMemberNode, LEAF } from '../managed-fields/field-set.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** A write of the object itself leaves its status as it was. */
export function keepStatus(draft: Draft, old: Readonly<KubeObject>): void {
  if (old['status'] === undefined) delete draft['status']
  else draft['status'] = cloneJson(old['status'])
}

/**
 * A status write of a kind without a strategy of its own changes the status and, where the kind's status does not leave it alone, metadata. All else
 * stays as it was. Of custom resources nothing but the status changes.
 */
export function keepAllButStatus(resource: ServedResource, draft: Draft, old: Readonly<KubeObject>): void {
  const { status, metadata = {} } = draft
  for (const field of Object.keys(draft)) delete draft[field]
  Object.assign(draft, cloneJson(old))
  draft.metadata = keptMetadata(resource, metadata, old.metadata ?? {})
  if (status === undefined) delete draft['status']
  else draft['status'] = status
}

type Metadata = NonNullable<KubeObject['metadata']>

function keptMetadata(resource: ServedResource, given: Metadata, old: Readonly<Metadata>): Metadata {
  const reset = resetFieldsOf(resource.info, 'status', resource.custom)['f:metadata']
  if (reset === undefined) return given
  const kept: Metadata = isMemberNode(reset) ? cloneJson(old) : given
  const fields = reset === LEAF ? [] : Object.keys(reset).map((element) => element.slice(2) as keyof Metadata)
  for (const field of fields) {
    if (old[field] === undefined) delete kept[field]
    else Object.assign(kept, { [field]: cloneJson(old[field]) })
  }
  // What the server sets itself stays: who owns what, and the version that is written over.
  if (given.managedFields === undefined) delete kept.managedFields
  else kept.managedFields = given.managedFields
  return kept
}
