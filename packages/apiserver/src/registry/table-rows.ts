import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import type { ClusterTrustBundle } from '@kubetape/api/types/certificates/v1alpha1'
import type { Endpoints, PersistentVolume, PersistentVolumeClaim, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import type { PodSchedulingContext, ResourceClaim, ResourceSlice } from '@kubetape/api/types/resource/v1alpha3'
import type { CSIDriver, CSINode, StorageClass, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from './table-cells.ts'

/** Cells behind the name, without the age, which `withAge` adds. */
type Cells = (object: Readonly<KubeObject>) => unknown[]
type Row = (object: Readonly<KubeObject>, nowMs: number) => unknown[]

const LISTED_MAX = 3
const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** The first three, and how many more there are. */
function listed(values: readonly string[], none: string): string {
  if (values.length === 0) return none
  const first = values.slice(0, LISTED_MAX).join(',')
  return values.length > LISTED_MAX ? `${first} + ${values.length - LISTED_MAX} more...` : first
}

const modes = (values: readonly string[] | undefined): string => (values ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',')
const selectorText = (selector: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || '<none>'
const phaseOf = ({ metadata, status }: { metadata?: { deletionTimestamp?: unknown }; status?: { phase?: string } }): string =>
  metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating'
/** IPv6 addresses stand in brackets before a port. */
const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

function withAge(cells: Cells): Row {
  return (object, nowMs) => [object.metadata?.name ?? '', ...cells(object), ageCell(object.metadata?.creationTimestamp, nowMs)]
}

/** A name with a mark where an annotation says that it is the default of its kind. */
const markedName = ({ metadata }: Readonly<KubeObject>, annotations: readonly string[]): string =>
  `${metadata?.name ?? ''}${annotations.some((one) => metadata?.annotations?.[one] === 'true') ? ' (default)' : ''}`

function endpointsCells(object: Readonly<KubeObject>): unknown[] {
  const all = ((object as Readonly<Endpoints>).subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  )
  return [listed(all, '<none>')]
}

function externalAddress({ spec, status }: Readonly<Service>): string {
  const external = (spec?.externalIPs ?? []).join(',')
  if (spec?.type === 'ExternalName') return spec.externalName ?? ''
  if (spec?.type !== 'LoadBalancer') return external || '<none>'
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',')
  return [balanced, external].filter((one) => one !== '').join(',') || '<pending>'
}

const serviceRow: Row = (object, nowMs) => {
  const service = object as Readonly<Service>
  const { metadata, spec } = service
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
  return [
    metadata.name ?? '',
    spec?.type ?? 'ClusterIP',
    spec?.clusterIP || '<none>',
    externalAddress(service),
    ports.join(',') || '<none>',
    ageCell(metadata.creationTimestamp, nowMs),
    selectorText(spec?.selector),
  ]
}

const claimRow: Row = (object, nowMs) => {
  const claim = object as Readonly<PersistentVolumeClaim>
  const { metadata, spec, status } = claim
  const isBound = (spec?.volumeName ?? '') !== ''
  return [
    metadata.name ?? '',
    phaseOf(claim),
    spec?.volumeName ?? '',
    isBound ? (status?.capacity?.['storage'] ?? '0') : '',
    isBound ? modes(status?.accessModes) : '',
    metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? '<unset>',
    ageCell(metadata.creationTimestamp, nowMs),
    spec?.volumeMode ?? '<unset>',
  ]
}

const volumeRow: Row = (object, nowMs) => {
  const volume = object as Readonly<PersistentVolume>
  const { metadata, spec, status } = volume
  const claim = spec?.claimRef
  return [
    metadata.name ?? '',
    spec?.capacity?.['storage'] ?? '0',
    modes(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    phaseOf(volume),
    claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
    metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? '<unset>',
    status?.reason ?? '',
    ageCell(metadata.creationTimestamp, nowMs),
    spec?.volumeMode ?? '<unset>',
  ]
}

function apiServiceCells(object: Readonly<KubeObject>): unknown[] {
  const { spec, status } = object as Readonly<APIService>
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  const said =
    available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`
  return [spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`, said]
}

function driverCells(object: Readonly<KubeObject>): unknown[] {
  const { spec } = object as Readonly<CSIDriver>
  return [
    spec.attachRequired ?? true,
    spec.podInfoOnMount ?? false,
    spec.storageCapacity ?? false,
    (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    spec.requiresRepublish ?? false,
    (spec.volumeLifecycleModes ?? []).join(',') || '<unknown>',
  ]
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

const storageClassRow: Row = (object, nowMs) => {
  const { provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion, metadata } = object as Readonly<StorageClass>
  const marks = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
  return [
    markedName(object, marks),
    provisioner,
    reclaimPolicy ?? 'Delete',
    volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion ?? false,
    ageCell(metadata.creationTimestamp, nowMs),
  ]
}

const attributesClassRow: Row = (object, nowMs) => [
  markedName(object, ['volumeattributesclass.alpha.kubernetes.io/is-default-class']),
  (object as Readonly<VolumeAttributesClass>).driverName,
  ageCell(object.metadata?.creationTimestamp, nowMs),
]

function attachmentCells(object: Readonly<KubeObject>): unknown[] {
  const { spec, status } = object as Readonly<VolumeAttachment>
  return [spec.attacher, spec.source.persistentVolumeName ?? '', spec.nodeName, status?.attached ?? false]
}

function addressCells(object: Readonly<KubeObject>): unknown[] {
  const parent = (object as Readonly<IPAddress>).spec?.parentRef
  return [parent === undefined ? '<none>' : `${parent.resource ?? ''}/${parent.namespace ?? ''}/${parent.name ?? ''}`]
}

function resourceSliceCells(object: Readonly<KubeObject>): unknown[] {
  const { spec } = object as Readonly<ResourceSlice>
  return [spec.nodeName ?? '', spec.driver, spec.pool.name]
}

/** Rows of the Tables of kinds that have no strategy of their own yet, by `group/resource`, as upstream prints them. */
export const tableRows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['/endpoints', withAge(endpointsCells)],
  ['/persistentvolumeclaims', claimRow],
  ['/persistentvolumes', volumeRow],
  ['/services', serviceRow],
  ['apiregistration.k8s.io/apiservices', withAge(apiServiceCells)],
  [
    'certificates.k8s.io/clustertrustbundles',
    ({ metadata, ...rest }) => [metadata?.name ?? '', (rest as unknown as ClusterTrustBundle).spec.signerName || '<none>'],
  ],
  ['discovery.k8s.io/endpointslices', withAge(sliceCells)],
  // Upstream gives these a cell that no column is for.
  ['networking.k8s.io/ipaddresses', withAge(addressCells)],
  ['networking.k8s.io/servicecidrs', withAge((object) => [((object as Readonly<ServiceCIDR>).spec?.cidrs ?? []).join(',')])],
  ['resource.k8s.io/deviceclasses', withAge(() => [])],
  ['resource.k8s.io/podschedulingcontexts', withAge((object) => [(object as Readonly<PodSchedulingContext>).spec.selectedNode ?? ''])],
  ['resource.k8s.io/resourceclaims', withAge(claimState)],
  ['resource.k8s.io/resourceclaimtemplates', withAge(() => [])],
  ['resource.k8s.io/resourceslices', withAge(resourceSliceCells)],
  ['storage.k8s.io/csidrivers', withAge(driverCells)],
  ['storage.k8s.io/csinodes', withAge((object) => [((object as Readonly<CSINode>).spec.drivers ?? []).length])],
  ['storage.k8s.io/storageclasses', storageClassRow],
  ['storage.k8s.io/volumeattachments', withAge(attachmentCells)],
  ['storage.k8s.io/volumeattributesclasses', attributesClassRow],
])
