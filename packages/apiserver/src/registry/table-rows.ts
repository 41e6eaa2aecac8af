import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import type { ClusterTrustBundle } from '@kubetape/api/types/certificates/v1alpha1'
import type { PodSchedulingContext, ResourceClaim, ResourceSlice } from '@kubetape/api/types/resource/v1alpha3'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from './table-cells.ts'

/** Cells behind the name, without the age, which `withAge` adds. */
type Cells = (object: Readonly<KubeObject>) => unknown[]
type Row = (object: Readonly<KubeObject>, nowMs: number) => unknown[]

function withAge(cells: Cells): Row {
  return (object, nowMs) => [object.metadata?.name ?? '', ...cells(object), ageCell(object.metadata?.creationTimestamp, nowMs)]
}

function apiServiceCells(object: Readonly<KubeObject>): unknown[] {
  const { spec, status } = object as Readonly<APIService>
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  const said =
    available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`
  return [spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`, said]
}

function claimState(object: Readonly<KubeObject>): unknown[] {
  const { metadata, status } = object as Readonly<ResourceClaim>
  const states = [
    ...(metadata.deletionTimestamp === undefined ? [] : ['deleted']),
    ...(status?.allocation === undefined ? [] : ['allocated']),
    ...((status?.reservedFor ?? []).length > 0 ? ['reserved'] : []),
  ]
  return [states.join(',') || 'pending']
}

function resourceSliceCells(object: Readonly<KubeObject>): unknown[] {
  const { spec } = object as Readonly<ResourceSlice>
  return [spec.nodeName ?? '', spec.driver, spec.pool.name]
}

/** Rows of the Tables of kinds that have no strategy of their own yet, by `group/resource`, as upstream prints them. */
export const tableRows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['apiregistration.k8s.io/apiservices', withAge(apiServiceCells)],
  [
    'certificates.k8s.io/clustertrustbundles',
    ({ metadata, ...rest }) => [metadata?.name ?? '', (rest as unknown as ClusterTrustBundle).spec.signerName || '<none>'],
  ],
  ['resource.k8s.io/deviceclasses', withAge(() => [])],
  ['resource.k8s.io/podschedulingcontexts', withAge((object) => [(object as Readonly<PodSchedulingContext>).spec.selectedNode ?? ''])],
  ['resource.k8s.io/resourceclaims', withAge(claimState)],
  ['resource.k8s.io/resourceclaimtemplates', withAge(() => [])],
  ['resource.k8s.io/resourceslices', withAge(resourceSliceCells)],
])
