import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import type { ClusterTrustBundle } from '@kubetape/api/types/certificates/v1alpha1'
import type { Endpoints } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { PodSchedulingContext, ResourceClaim, ResourceSlice } from '@kubetape/api/types/resource/v1alpha3'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from './table-cells.ts'

/** Cells behind the name, without the age, which `withAge` adds. */
type Cells = (object: Readonly<KubeObject>) => unknown[]
type Row = (object: Readonly<KubeObject>, nowMs: number) => unknown[]

const LISTED_MAX = 3
/** The first three, and how many more there are. */
function listed(values: readonly string[], none: string): string {
  if (values.length === 0) return none
  const first = values.slice(0, LISTED_MAX).join(',')
  return values.length > LISTED_MAX ? `${first} + ${values.length - LISTED_MAX} more...` : first
}

/** IPv6 addresses stand in brackets before a port. */
const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

function withAge(cells: Cells): Row {
  return (object, nowMs) => [object.metadata?.name ?? '', ...cells(object), ageCell(object.metadata?.creationTimestamp, nowMs)]
}

function endpointsCells(object: Readonly<KubeObject>): unknown[] {
  const all = ((object as Readonly<Endpoints>).subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  )
  return [listed(all, '<none>')]
}

function apiServiceCells(object: Readonly<KubeObject>): unknown[] {
  const { spec, status } = object as Readonly<APIService>
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  const said =
    available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`
  return [spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`, said]
}

function sliceCells(object: Readonly<KubeObject>): unknown[] {
  const { addressType, ports, endpoints } = object as Readonly<EndpointSlice>
  const numbers = (ports ?? []).map(({ port }) => (port === undefined ? '*' : String(port)))
  return [
    addressType,
    listed(numbers, '<unset>'),
    listed(
      // What is always printed is null in the store where nothing was given.
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
  ]
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
  ['/endpoints', withAge(endpointsCells)],
  ['apiregistration.k8s.io/apiservices', withAge(apiServiceCells)],
  [
    'certificates.k8s.io/clustertrustbundles',
    ({ metadata, ...rest }) => [metadata?.name ?? '', (rest as unknown as ClusterTrustBundle).spec.signerName || '<none>'],
  ],
  ['discovery.k8s.io/endpointslices', withAge(sliceCells)],
  ['resource.k8s.io/deviceclasses', withAge(() => [])],
  ['resource.k8s.io/podschedulingcontexts', withAge((object) => [(object as Readonly<PodSchedulingContext>).spec.selectedNode ?? ''])],
  ['resource.k8s.io/resourceclaims', withAge(claimState)],
  ['resource.k8s.io/resourceclaimtemplates', withAge(() => [])],
  ['resource.k8s.io/resourceslices', withAge(resourceSliceCells)],
])
