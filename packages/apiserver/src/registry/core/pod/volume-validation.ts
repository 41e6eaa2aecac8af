import {
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  type ObjectMeta,
  required,
} from '@kubetape/apimachinery'
import type { Volume } from '@kubetape/api/types/core/v1'
import { validateClaimTemplate } from './claim-template-validation.ts'
import { checkDnsLabel } from './field-rule.ts'
import {
  validateConfigMapSource,
  validateDownwardApiSource,
  validateEmptyDir,
  validateGitRepo,
  validateHostPath,
  validateImageSource,
  validateSecretSource,
} from './local-volume-validation.ts'
import {
  validateAwsDisk,
  validateAzureDisk,
  validateAzureFile,
  validateCephFs,
  validateCinder,
  validateCsiSource,
  validateFibreChannel,
  validateFlexVolume,
  validateFlocker,
  validateGceDisk,
  validateGlusterfs,
  validateIscsi,
  validateNfs,
  validatePhotonDisk,
  validatePortworx,
  validateQuobyte,
  validateRbd,
  validateScaleIo,
  validateStorageOs,
  validateVsphere,
  iscsiNameTooLong,
} from './network-volume-validation.ts'
import { validateProjectedSource } from './projected-volume-validation.ts'
import type { PodValidationOptions } from './validation-options.ts'

/** The valid volumes of a spec by name, and what is wrong with the others. `meta` is a Pod's own; templates have none. */
export function validateVolumes(
  volumes: readonly Volume[],
  meta: ObjectMeta | undefined,
  path: FieldPath,
  options: PodValidationOptions,
): { valid: Map<string, Volume>; errors: FieldError[] } {
  const errors: FieldError[] = []
  const valid = new Map<string, Volume>()
  const madeClaims = new Set(meta?.name ? volumes.filter((volume) => volume.ephemeral).map((volume) => `${meta.name}-${volume.name}`) : [])
  for (const [at, volume] of volumes.entries()) {
    const place = path.index(at)
    const name = volume.name ?? ''
    const wrong = [
      ...validateSource(volume, meta, place, options),
      ...(name === '' ? [required(place.child('name'))] : checkDnsLabel(place.child('name'), name)),
    ]
    if (valid.has(name)) wrong.push(duplicate(place.child('name'), name))
    if (wrong.length === 0) valid.set(name, volume)
    errors.push(...wrong)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && madeClaims.has(claim)) {
      errors.push(
        invalid(
          place.child('persistentVolumeClaim', 'claimName'),
          claim,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      )
    }
  }
  return { valid, errors }
}

type SourceField = Exclude<keyof Volume, 'name'>
type SourceCheck<Field extends SourceField> = (
  source: NonNullable<Volume[Field]>,
  path: FieldPath,
  options: PodValidationOptions,
) => FieldError[]
/** A type of volume: where its errors are, and where a second source is refused; upstream's paths have oddities that clients may see. */
interface SourceRule<Field extends SourceField = SourceField> {
  readonly field: Field
  readonly at: string
  readonly refusedAt: string
  readonly check: SourceCheck<Field>
}

const rule = <Field extends SourceField>(field: Field, check: SourceCheck<Field>, at: string = field, refusedAt: string = at): SourceRule =>
  ({ field, at, refusedAt, check }) as unknown as SourceRule

/** All types in upstream's order. */
const SOURCES: readonly SourceRule[] = [
  rule('emptyDir', validateEmptyDir),
  rule('hostPath', validateHostPath),
  rule('gitRepo', validateGitRepo),
  rule('gcePersistentDisk', validateGceDisk, 'persistentDisk', 'gcePersistentDisk'),
  rule('awsElasticBlockStore', validateAwsDisk),
  rule('secret', validateSecretSource),
  rule('nfs', validateNfs),
  rule('iscsi', validateIscsi),
  rule('glusterfs', validateGlusterfs),
  rule('flocker', validateFlocker),
  rule('persistentVolumeClaim', (claim, path) => (claim.claimName ? [] : [required(path.child('claimName'))])),
  rule('rbd', validateRbd),
  rule('cinder', validateCinder),
  rule('cephfs', validateCephFs, 'cephfs', 'cephFS'),
  rule('quobyte', validateQuobyte),
  rule('downwardAPI', validateDownwardApiSource, 'downwardAPI', 'downwarAPI'),
  rule('fc', validateFibreChannel),
  rule('flexVolume', validateFlexVolume),
  rule('configMap', validateConfigMapSource),
  rule('azureFile', validateAzureFile),
  rule('vsphereVolume', validateVsphere),
  rule('photonPersistentDisk', validatePhotonDisk),
  rule('portworxVolume', validatePortworx),
  rule('azureDisk', validateAzureDisk),
  rule('storageos', validateStorageOs),
  rule('projected', validateProjectedSource),
  rule('scaleIO', validateScaleIo),
  rule('csi', validateCsiSource),
  rule('ephemeral', (source, path, { judgesAttributesClass }) =>
    source.volumeClaimTemplate
      ? validateClaimTemplate(source.volumeClaimTemplate, path.child('volumeClaimTemplate'), { judgesAttributesClass })
      : [required(path.child('volumeClaimTemplate'))],
  ),
  rule('image', validateImageSource),
]

function validateSource(volume: Volume, meta: ObjectMeta | undefined, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors: FieldError[] = []
  let given = 0
  for (const { field, at, refusedAt, check } of SOURCES) {
    const source = volume[field]
    if (source === undefined || source === null || (field === 'image' && !options.allowImageVolume)) continue
    if (given++ > 0) errors.push(forbidden(path.child(refusedAt), 'may not specify more than 1 volume type'))
    else {
      errors.push(...check(source, path.child(at), options))
      if (field === 'ephemeral') errors.push(...validateClaimName(volume, meta, path))
    }
    if (field === 'iscsi') errors.push(...validateIscsiName(volume, path))
  }
  if (given === 0) errors.push(required(path, 'must specify a volume type'))
  return errors
}

/** The claim that is made for an ephemeral volume is named after Pod and volume. */
function validateClaimName(volume: Volume, meta: ObjectMeta | undefined, path: FieldPath): FieldError[] {
  if (!meta?.name || !volume.name) return []
  const claim = `${meta.name}-${volume.name}`
  return dnsSubdomainErrors(claim).map((message) =>
    invalid(path.child('name'), volume.name, `PVC name ${JSON.stringify(claim)}: ${message}`),
  )
}

function validateIscsiName({ name, iscsi }: Volume, path: FieldPath): FieldError[] {
  const message = iscsi ? iscsiNameTooLong(name, iscsi) : undefined
  return message === undefined ? [] : [invalid(path.child('name'), name, message)]
}
