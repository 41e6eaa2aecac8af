import type { ResourceInfo } from '@kubetape/api'
import { EMPTY_SET, type FieldSet, LEAF } from './field-set.ts'

/** What a write to the object itself cannot change, where the kind has a status of its own. */
const STATUS: FieldSet = { 'f:status': LEAF }
/** What a write to the status cannot change. */
const SPEC: FieldSet = { 'f:spec': LEAF }
const SPEC_AND_METADATA: FieldSet = { 'f:spec': LEAF, 'f:metadata': LEAF }

/** Statuses that leave more than the spec alone, by `resource.group`. */
const STATUS_RESETS: Readonly<Record<string, FieldSet>> = {
  pods: { 'f:spec': LEAF, 'f:metadata': { 'f:deletionTimestamp': LEAF, 'f:ownerReferences': LEAF } },
  'deployments.apps': { 'f:spec': LEAF, 'f:metadata': { 'f:labels': LEAF } },
  'volumeattachments.storage.k8s.io': SPEC_AND_METADATA,
  'customresourcedefinitions.apiextensions.k8s.io': SPEC_AND_METADATA,
  'flowschemas.flowcontrol.apiserver.k8s.io': SPEC_AND_METADATA,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': SPEC_AND_METADATA,
  'certificatesigningrequests.certificates.k8s.io': { 'f:spec': LEAF, 'f:status': { 'f:conditions': LEAF } },
}

/** Kinds whose status can be set on creation, so that their creator owns it. */
const KEEPS_STATUS = new Set(['servicecidrs'])

/**
 * The fields that a write through this endpoint leaves as they are, so that its manager does not come to own them: the status for the object
 * itself, the spec for its status. `isCustom`: the status of a custom resource leaves the metadata alone too.
 */
export function resetFieldsOf(info: ResourceInfo, subresource: string, isCustom = false): FieldSet {
  if (subresource === '')
    return info.subresources.some(({ name }) => name === 'status') && !KEEPS_STATUS.has(info.resource) ? STATUS : EMPTY_SET
  if (subresource === 'finalize') return STATUS
  if (subresource === 'approval') return { 'f:spec': LEAF, 'f:status': { 'f:certificate': LEAF } }
  if (subresource !== 'status') return EMPTY_SET
  if (isCustom) return SPEC_AND_METADATA
  return STATUS_RESETS[info.group === '' ? info.resource : `${info.resource}.${info.group}`] ?? SPEC
}
