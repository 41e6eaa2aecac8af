import type { CSIStorageCapacity } from '@kubetape/api/types/storage/v1'
import {
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  formatTime,
  invalid,
  type KubeObject,
  quantityOf,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { goStruct, sameFields } from '../batch/field-rules.ts'
import { nodeSelectorWarnings } from '../core/pod/node-label-warnings.ts'
import { checkRule } from '../core/pod/field-rule.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { validateMetadata, validateMetadataChange } from './whole-metadata.ts'

const TOPOLOGY = FieldPath.of('nodeTopology')
const CLASS = FieldPath.of('storageClassName')
const CAPACITY = FieldPath.of('capacity')

function validate(draft: Draft, anyValues: boolean): FieldError[] {
  const { nodeTopology, storageClassName = '', capacity } = draft as CSIStorageCapacity
  const quantity = quantityOf(capacity ?? '0')
  return [
    ...validateLabelSelector(nodeTopology, TOPOLOGY, { anyValues }),
    ...checkRule(CLASS, storageClassName, dnsSubdomainErrors),
    ...(quantity.sign < 0 ? [invalid(CAPACITY, String(quantity), 'must be greater than or equal to 0')] : []),
  ]
}

/** What the driver was asked about is fixed; what it answered changes (KEP-1472). */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const [now, old] = [draft as CSIStorageCapacity, stored as Readonly<CSIStorageCapacity>]
  const hasBadValue = validateLabelSelector(old.nodeTopology, TOPOLOGY).length > 0
  const errors = [...validateMetadata(draft, true), ...validate(draft, hasBadValue), ...validateMetadataChange(draft, stored)]
  const topology = now.nodeTopology
  if (!sameFields(topology, old.nodeTopology)) {
    const printed = topology === undefined ? '"null"' : goStruct('v1.LabelSelector')(topology)
    errors.push(invalid(TOPOLOGY, topology, 'field is immutable', printed))
  }
  if (now.storageClassName !== old.storageClassName) errors.push(invalid(CLASS, now.storageClassName, 'field is immutable'))
  return errors
}

/** CSIStorageCapacities (API reference, storage.k8s.io/v1 CSIStorageCapacity). */
export const csiStorageCapacityStrategy: Strategy = {
  metadataOnUpdate: 'own',
  validate: (draft) => validate(draft, false),
  validateUpdate,
  warnings: (object) => nodeSelectorWarnings((object as Readonly<CSIStorageCapacity>).nodeTopology, TOPOLOGY),
  unconditionalUpdate: false,
  // It has the columns that kinds without columns of their own have.
  tableRow: ({ metadata }) => {
    const created = metadata?.creationTimestamp
    return [metadata?.name ?? '', created ? formatTime(Date.parse(created)) : '<unknown>']
  },
}
