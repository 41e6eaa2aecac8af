import { dnsLabelErrors, type FieldError, type FieldPath, forbidden, invalid, required } from '@kubetape/apimachinery'
import type {
  AzureFilePersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  CSIPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolumeSpec,
  StorageOSPersistentVolumeSource,
} from '@kubetape/api/types/core/v1'
import { checkRange, checkRule } from '../pod/field-rule.ts'
import { checkNoBacksteps } from '../pod/file-path-rule.ts'
import { validateHostPath } from '../pod/local-volume-validation.ts'
import {
  validateAwsDisk,
  validateAzureDisk,
  validateAzureFile,
  validateCephFs,
  validateCsiDriverName,
  validateFibreChannel,
  validateFlexVolume,
  validateFlocker,
  validateGceDisk,
  validateGlusterfs,
  validateIscsiName,
  validateNfs,
  validatePhotonDisk,
  validatePortworx,
  validateQuobyte,
  validateRbd,
  validateScaleIo,
  validateStorageOs,
  validateVsphere,
  iscsiNameTooLong,
} from '../pod/network-volume-validation.ts'
import { requireSecretReference, validateSecretReference } from './secret-reference.ts'

const ISCSI_FORMAT = 'must be valid format'
const LUN_MAX = 255
const CSI_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const

/** The storage behind a volume: exactly one type. `name` is the volume's own (API reference, PersistentVolumeSpec). */
export function validateVolumeSource(spec: PersistentVolumeSpec, name: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  let given = 0
  for (const { field, at, refusedAt, isAlwaysChecked, check } of SOURCES) {
    const source = spec[field]
    if (source === undefined || source === null) continue
    if (given++ === 0 || isAlwaysChecked) errors.push(...check(source, path.child(at), { name, spec, path }))
    else errors.push(forbidden(path.child(refusedAt), 'may not specify more than 1 volume type'))
  }
  if (given === 0) errors.push(required(path, 'must specify a volume type'))
  return errors
}

/** What a type of storage may look at beyond itself. */
interface Surroundings {
  readonly name: string
  readonly spec: PersistentVolumeSpec
  readonly path: FieldPath
}

type SourceCheck<Field extends SourceField> = (
  source: NonNullable<PersistentVolumeSpec[Field]>,
  path: FieldPath,
  surroundings: Surroundings,
) => FieldError[]
/** A type of storage: where its errors are, and where a second one is refused; upstream's paths have oddities that clients may see. */
interface SourceRule<Field extends SourceField = SourceField> {
  readonly field: Field
  readonly at: string
  readonly refusedAt: string
  /** Upstream does not mind that there is another. */
  readonly isAlwaysChecked: boolean
  readonly check: SourceCheck<Field>
}

const rule = <Field extends SourceField>(field: Field, check: SourceCheck<Field>, odd: Partial<SourceRule> = {}): SourceRule =>
  ({ field, at: field, refusedAt: field, isAlwaysChecked: false, check, ...odd }) as unknown as SourceRule

/** The fields of a volume's spec that say what storage is behind it, in upstream's order. */
export const SOURCE_FIELDS = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly (keyof PersistentVolumeSpec)[]
type SourceField = (typeof SOURCE_FIELDS)[number]

const RULES: { readonly [Field in SourceField]: SourceRule } = {
  hostPath: rule('hostPath', validateHostPath),
  gcePersistentDisk: rule('gcePersistentDisk', validateGceDisk, { at: 'persistentDisk' }),
  awsElasticBlockStore: rule('awsElasticBlockStore', validateAwsDisk),
  glusterfs: rule('glusterfs', validateGlusterfsEndpoints),
  flocker: rule('flocker', validateFlocker),
  nfs: rule('nfs', validateNfs),
  rbd: rule('rbd', validateRbd),
  quobyte: rule('quobyte', validateQuobyte),
  cephfs: rule('cephfs', (source: CephFSPersistentVolumeSource, path) => validateCephFs(source, path), { refusedAt: 'cephFS' }),
  iscsi: rule('iscsi', validateIscsiTarget),
  cinder: rule('cinder', validateCinderDisk),
  fc: rule('fc', validateFibreChannel),
  flexVolume: rule('flexVolume', validateFlexVolume, { isAlwaysChecked: true }),
  azureFile: rule('azureFile', validateAzureShare),
  vsphereVolume: rule('vsphereVolume', validateVsphere),
  photonPersistentDisk: rule('photonPersistentDisk', validatePhotonDisk),
  portworxVolume: rule('portworxVolume', validatePortworx),
  azureDisk: rule('azureDisk', validateAzureDisk),
  scaleIO: rule('scaleIO', validateScaleIo),
  local: rule('local', validateLocal),
  storageos: rule('storageos', validateStorageOsVolume),
  csi: rule('csi', validateCsiVolume),
}
const SOURCES = SOURCE_FIELDS.map((field) => RULES[field])

function validateGlusterfsEndpoints(source: GlusterfsPersistentVolumeSource, path: FieldPath): FieldError[] {
  const { endpointsNamespace: namespace } = source
  const errors = validateGlusterfs(source, path)
  if (namespace === undefined || namespace === null) return errors
  const place = path.child('endpointsNamespace')
  if (namespace === '') return [...errors, invalid(place, namespace, 'if the endpointnamespace is set, it must be a valid namespace name')]
  return [...errors, ...checkRule(place, namespace, dnsLabelErrors)]
}

/** As in a Pod, but for where the length of the name is refused, the words about formats, and the name of the Secret. */
function validateIscsiTarget(source: ISCSIPersistentVolumeSource, path: FieldPath, { name }: Surroundings): FieldError[] {
  const { targetPortal = '', iqn = '', initiatorName, secretRef, lun } = source
  const tooLong = iscsiNameTooLong(name, source)
  const needsSecret = source.chapAuthDiscovery || source.chapAuthSession
  return [
    ...(targetPortal === '' ? [required(path.child('targetPortal'))] : []),
    ...(tooLong === undefined ? [] : [invalid(path.child('targetportal'), targetPortal, tooLong)]),
    ...(iqn === '' ? [required(path.child('iqn'))] : validateIscsiName(iqn, path.child('iqn'), ISCSI_FORMAT)),
    ...checkRange(path.child('lun'), lun, 0, LUN_MAX),
    ...(needsSecret && secretRef === undefined ? [required(path.child('secretRef'))] : []),
    ...(secretRef && !secretRef.name ? [required(path.child('secretRef', 'name'))] : []),
    ...(initiatorName === undefined ? [] : validateIscsiName(initiatorName, path.child('initiatorname'), ISCSI_FORMAT)),
  ]
}

function validateCinderDisk({ volumeID, secretRef }: CinderPersistentVolumeSource, path: FieldPath): FieldError[] {
  const errors = volumeID ? [] : [required(path.child('volumeID'))]
  return secretRef === undefined ? errors : [...errors, ...requireSecretReference(secretRef, path.child('secretRef'))]
}

function validateAzureShare(source: AzureFilePersistentVolumeSource, path: FieldPath): FieldError[] {
  return [...validateAzureFile(source, path), ...(source.secretNamespace === '' ? [required(path.child('secretNamespace'))] : [])]
}

/** A disk of one node: the volume must say of which. */
function validateLocal({ path: folder = '' }: LocalVolumeSource, path: FieldPath, { spec, path: parent }: Surroundings): FieldError[] {
  const place = path.child('path')
  const errors = folder === '' ? [required(place)] : checkNoBacksteps(place, folder)
  return spec.nodeAffinity ? errors : [...errors, required(parent.child('nodeAffinity'), 'Local volume requires node affinity')]
}

function validateStorageOsVolume(source: StorageOSPersistentVolumeSource, path: FieldPath): FieldError[] {
  const { secretRef, ...rest } = source
  const errors = validateStorageOs(rest, path)
  return secretRef === undefined ? errors : [...errors, ...requireSecretReference(secretRef, path.child('secretRef'))]
}

/** A volume of a CSI driver. Upstream does not look at the Secret for staging. */
function validateCsiVolume(source: CSIPersistentVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...validateCsiDriverName(source.driver ?? '', path.child('driver')),
    ...(source.volumeHandle ? [] : [required(path.child('volumeHandle'))]),
    ...CSI_SECRETS.flatMap((field) => (source[field] === undefined ? [] : validateSecretReference(source[field], path.child(field)))),
  ]
}
