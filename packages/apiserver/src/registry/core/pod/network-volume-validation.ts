import {
  dnsSubdomainErrors,
  type FieldError,
  type FieldPath,
  inclusiveRangeMessage,
  invalid,
  notSupported,
  required,
} from '@kubetape/apimachinery'
import type * as V1 from '@kubetape/api/types/core/v1'
import { checkDnsLabel, checkRange, checkRule } from './field-rule.ts'

/** Volumes of storage systems (API reference, Volume); those of PersistentVolumes share most of these rules. */

const CSI_DRIVER_MAX_BYTES = 63
const QUOBYTE_TENANT_MAX_BYTES = 64
const LUN_MAX = 255
/** Total bytes of an iSCSI volume's name and portal when an initiator is named. */
const ISCSI_NAME_MAX_BYTES = 64
const PARTITION_MAX = 255

const need = (value: string | undefined, path: FieldPath, detail = ''): FieldError[] => (value ? [] : [required(path, detail)])

/** `nfs`. */
export function validateNfs(source: V1.NFSVolumeSource, path: FieldPath): FieldError[] {
  const folder = source.path ?? ''
  return [
    ...need(source.server, path.child('server')),
    ...need(folder, path.child('path')),
    ...(folder.startsWith('/') ? [] : [invalid(path.child('path'), folder, 'must be an absolute path')]),
  ]
}

const ISCSI_FORMATS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

/** `iscsi`. */
export function validateIscsi(source: V1.ISCSIVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...need(source.targetPortal, path.child('targetPortal')),
    ...(source.iqn ? validateIscsiName(source.iqn, path.child('iqn')) : [required(path.child('iqn'))]),
    ...checkRange(path.child('lun'), source.lun, 0, LUN_MAX),
    ...((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef ? [required(path.child('secretRef'))] : []),
    ...(source.initiatorName === undefined ? [] : validateIscsiName(source.initiatorName, path.child('initiatorname'))),
  ]
}

/** The name of a target or an initiator; `unknown` is what is said of one of no known format, for which PersistentVolumes have fewer words. */
export function validateIscsiName(
  name: string,
  path: FieldPath,
  unknown = 'must be valid format starting with iqn, eui, or naa',
): FieldError[] {
  const format = ISCSI_FORMATS[name.slice(0, 3)]
  if (format === undefined) return [invalid(path, name, unknown)]
  return format.test(name) ? [] : [invalid(path, name, 'must be valid format')]
}

/** Why the name of a volume and its iSCSI portal are too long together, which is asked when an initiator is named; undefined: they are not. */
export function iscsiNameTooLong(name: string, { initiatorName, targetPortal = '' }: Partial<V1.ISCSIVolumeSource>): string | undefined {
  if (initiatorName === undefined || Buffer.byteLength(`${name}:${targetPortal}`) <= ISCSI_NAME_MAX_BYTES) return undefined
  return `Total length of <volume name>:<iscsi.targetPortal> must be under ${ISCSI_NAME_MAX_BYTES} characters if iscsi.initiatorName is specified.`
}

/** `fc`: by target names and LUN, or by world wide identifiers. */
export function validateFibreChannel(source: V1.FCVolumeSource, path: FieldPath): FieldError[] {
  const targets = source.targetWWNs ?? []
  const identifiers = source.wwids ?? []
  const errors: FieldError[] = []
  if (targets.length === 0 && identifiers.length === 0)
    errors.push(required(path.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both'))
  if (targets.length > 0 && identifiers.length > 0)
    errors.push(invalid(path.child('targetWWNs'), targets, 'targetWWNs and wwids can not be specified simultaneously'))
  if (targets.length === 0) return errors
  if (source.lun === undefined) errors.push(required(path.child('lun'), 'lun is required if targetWWNs is specified'))
  return [...errors, ...checkRange(path.child('lun'), source.lun, 0, LUN_MAX)]
}

/** A partition of a disk; the message counts from one although zero, the whole disk, is fine. */
function validatePartition(value: number | undefined, path: FieldPath): FieldError[] {
  return value === undefined || (value >= 0 && value <= PARTITION_MAX)
    ? []
    : [invalid(path, value, inclusiveRangeMessage(1, PARTITION_MAX))]
}

/** `gcePersistentDisk`. */
export const validateGceDisk = (source: V1.GCEPersistentDiskVolumeSource, path: FieldPath): FieldError[] => [
  ...need(source.pdName, path.child('pdName')),
  ...validatePartition(source.partition, path.child('partition')),
]

/** `awsElasticBlockStore`. */
export const validateAwsDisk = (source: V1.AWSElasticBlockStoreVolumeSource, path: FieldPath): FieldError[] => [
  ...need(source.volumeID, path.child('volumeID')),
  ...validatePartition(source.partition, path.child('partition')),
]

/** `quobyte`. */
export function validateQuobyte(source: V1.QuobyteVolumeSource, path: FieldPath): FieldError[] {
  const HOSTS = 'must be a host:port pair or multiple pairs separated by commas'
  const errors: FieldError[] = []
  if (!source.registry) errors.push(required(path.child('registry'), HOSTS))
  else if (Buffer.byteLength(source.tenant ?? '') > QUOBYTE_TENANT_MAX_BYTES) {
    errors.push(required(path.child('tenant'), `must be a UUID and may not exceed a length of ${QUOBYTE_TENANT_MAX_BYTES} characters`))
  } else {
    const bad = source.registry.split(',').filter((pair) => !/^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(pair))
    errors.push(...bad.map(() => invalid(path.child('registry'), source.registry, HOSTS)))
  }
  return [...errors, ...need(source.volume, path.child('volume'))]
}

/** `glusterfs`. */
export const validateGlusterfs = (source: { endpoints?: string; path?: string }, path: FieldPath): FieldError[] => [
  ...need(source.endpoints, path.child('endpoints')),
  ...need(source.path, path.child('path')),
]

/** `flocker`. */
export function validateFlocker(source: V1.FlockerVolumeSource, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!source.datasetName && !source.datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'))
  if (source.datasetName && source.datasetUUID)
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
  if (source.datasetName?.includes('/')) errors.push(invalid(path.child('datasetName'), source.datasetName, "must not contain '/'"))
  return errors
}

/** `rbd`. */
export const validateRbd = (source: { monitors?: string[]; image?: string }, path: FieldPath): FieldError[] => [
  ...(source.monitors?.length ? [] : [required(path.child('monitors'))]),
  ...need(source.image, path.child('image')),
]

/** `cinder` of a Pod. */
export const validateCinder = (source: V1.CinderVolumeSource, path: FieldPath): FieldError[] => [
  ...need(source.volumeID, path.child('volumeID')),
  ...(source.secretRef ? need(source.secretRef.name, path.child('secretRef', 'name')) : []),
]

/** `cephfs`. */
export const validateCephFs = (source: { monitors?: string[] }, path: FieldPath): FieldError[] =>
  source.monitors?.length ? [] : [required(path.child('monitors'))]

/** `flexVolume`: options under Kubernetes' own domains are not for users. */
export function validateFlexVolume(source: { driver?: string; options?: Record<string, string> }, path: FieldPath): FieldError[] {
  const errors = need(source.driver, path.child('driver'))
  for (const key of Object.keys(source.options ?? {})) {
    const domain = `.${key.split('/', 1)[0]!.toLowerCase()}`
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io'))
      errors.push(invalid(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'))
  }
  return errors
}

/** `azureFile` of a Pod. */
export const validateAzureFile = (source: { secretName?: string; shareName?: string }, path: FieldPath): FieldError[] => [
  ...need(source.secretName, path.child('secretName')),
  ...need(source.shareName, path.child('shareName')),
]

/** `azureDisk`. */
export function validateAzureDisk(source: V1.AzureDiskVolumeSource, path: FieldPath): FieldError[] {
  const { cachingMode, kind, diskURI = '' } = source
  const errors = [...need(source.diskName, path.child('diskName')), ...need(diskURI, path.child('diskURI'))]
  const oneOf = (value: string | undefined, supported: string[], place: FieldPath): void => {
    if (value !== undefined && !supported.includes(value)) errors.push(notSupported(place, value, supported))
  }
  oneOf(cachingMode, ['None', 'ReadOnly', 'ReadWrite'], path.child('cachingMode'))
  oneOf(kind, ['Dedicated', 'Managed', 'Shared'], path.child('kind'))
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    errors.push(
      notSupported(path.child('diskURI'), diskURI, [
        '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
      ]),
    )
  }
  if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://')) {
    errors.push(
      notSupported(path.child('diskURI'), diskURI, ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd']),
    )
  }
  return errors
}

/** `vsphereVolume`. */
export const validateVsphere = (source: V1.VsphereVirtualDiskVolumeSource, path: FieldPath): FieldError[] =>
  need(source.volumePath, path.child('volumePath'))

/** `photonPersistentDisk`. */
export const validatePhotonDisk = (source: V1.PhotonPersistentDiskVolumeSource, path: FieldPath): FieldError[] =>
  need(source.pdID, path.child('pdID'))

/** `portworxVolume`. */
export const validatePortworx = (source: V1.PortworxVolumeSource, path: FieldPath): FieldError[] =>
  need(source.volumeID, path.child('volumeID'))

/** `scaleIO`. */
export const validateScaleIo = (source: { gateway?: string; system?: string; volumeName?: string }, path: FieldPath): FieldError[] => [
  ...need(source.gateway, path.child('gateway')),
  ...need(source.system, path.child('system')),
  ...need(source.volumeName, path.child('volumeName')),
]

/** `storageos` of a Pod. */
export const validateStorageOs = (source: V1.StorageOSVolumeSource, path: FieldPath): FieldError[] => [
  ...(source.volumeName ? checkDnsLabel(path.child('volumeName'), source.volumeName) : [required(path.child('volumeName'))]),
  ...(source.volumeNamespace ? checkDnsLabel(path.child('volumeNamespace'), source.volumeNamespace) : []),
  ...(source.secretRef ? need(source.secretRef.name, path.child('secretRef', 'name')) : []),
]

/** The name of a CSI driver: a domain in any case. */
export function validateCsiDriverName(name: string, path: FieldPath): FieldError[] {
  const errors = need(name, path)
  // v1.31 counts the bytes in these words.
  if (Buffer.byteLength(name) > CSI_DRIVER_MAX_BYTES)
    errors.push({ type: 'FieldValueTooLong', field: String(path), message: `Too long: must have at most ${CSI_DRIVER_MAX_BYTES} bytes` })
  return [...errors, ...dnsSubdomainErrors(name.toLowerCase()).map((message) => invalid(path, name, message))]
}

/** `csi` of a Pod (KEP-596, inline volumes). */
export function validateCsiSource(source: V1.CSIVolumeSource, path: FieldPath): FieldError[] {
  const errors = validateCsiDriverName(source.driver ?? '', path.child('driver'))
  if (!source.nodePublishSecretRef) return errors
  const secret = source.nodePublishSecretRef.name ?? ''
  return [
    ...errors,
    ...(secret === '' ? [required(path.child('nodePublishSecretRef', 'name'))] : checkRule(path.child('name'), secret, dnsSubdomainErrors)),
  ]
}
