import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { dnsSubdomainErrors, type KubeObject } from '@kubetape/apimachinery'
import { sliceRow } from './backend-rows.ts'
import { immutable, sameFields } from '../batch/field-rules.ts'
import { validateMetadata } from '../storage/whole-metadata.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ADDRESS_TYPE, validate } from './endpoint-slice-validation.ts'

const HOST_NAME = 'kubernetes.io/hostname'

/**
 * The topology of v1beta1 cannot be written any more: what comes is dropped. A node that was named by it alone before keeps its endpoint, by `nodeName`;
 * a write that leaves the endpoints as they are leaves that too.
 */
function dropTopology(slice: EndpointSlice, old?: Readonly<EndpointSlice>): void {
  if (old !== undefined && sameFields(old.endpoints, slice.endpoints)) return
  const before = new Set((old?.endpoints ?? []).map(({ deprecatedTopology }) => deprecatedTopology?.[HOST_NAME]))
  for (const endpoint of slice.endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[HOST_NAME]
    if (node !== undefined && !endpoint.nodeName && before.has(node) && dnsSubdomainErrors(node).length === 0) endpoint.nodeName = node
    delete endpoint.deprecatedTopology
  }
}

/** Each endpoint says what it can, each port what it is of. */
function fillIn(draft: Draft): void {
  const slice = draft as EndpointSlice
  for (const endpoint of slice.endpoints ?? []) endpoint.conditions ??= {}
  for (const port of slice.ports ?? []) {
    port.name ??= ''
    port.protocol ??= 'TCP'
  }
}

const labelsChanged = (draft: Readonly<KubeObject>, old: Readonly<KubeObject>): boolean =>
  !sameFields(draft.metadata?.labels ?? {}, old.metadata?.labels ?? {})

/** EndpointSlices (API reference, discovery.k8s.io/v1 EndpointSlice): changed labels make a new generation too. */
export const endpointSliceStrategy: Strategy = {
  generation: 'spec',
  changesGeneration: labelsChanged,
  default: fillIn,
  prepareForCreate: (draft) => dropTopology(draft as EndpointSlice),
  prepareForUpdate: (draft, old) => dropTopology(draft as EndpointSlice, old as Readonly<EndpointSlice>),
  metadataOnUpdate: 'own',
  tableRow: sliceRow,
  validate: (draft) => validate(draft as EndpointSlice),
  validateUpdate: (draft, old) => [
    ...validateMetadata(draft, true),
    ...validate(draft as EndpointSlice),
    ...immutable(ADDRESS_TYPE, (draft as EndpointSlice).addressType, (old as EndpointSlice).addressType),
  ],
  warnings: (draft) => ((draft as EndpointSlice).addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
}
