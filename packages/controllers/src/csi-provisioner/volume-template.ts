import type { PersistentVolume, PersistentVolumeClaim, SecretReference } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import type { CsiDriverInfo } from '@kubetape/csi'
import { PROVISIONED_BY } from '../persistent-volume/storage-annotations.ts'
import { EXTERNAL_FINALIZER } from '../persistent-volume/volume-finalizers.ts'
import {
  CONTROLLER_EXPAND_SECRET,
  CONTROLLER_PUBLISH_SECRET,
  NODE_EXPAND_SECRET,
  NODE_PUBLISH_SECRET,
  NODE_STAGE_SECRET,
  type SecretPurpose,
} from './class-parameters.ts'
import { DELETION_SECRET_NAME, DELETION_SECRET_NAMESPACE, IDENTITY_ATTRIBUTE } from './names.ts'
import { isBlock } from './volume-capabilities.ts'

/** Whose volume it is going to be. */
export interface TemplateInput {
  readonly claim: Readonly<PersistentVolumeClaim>
  readonly storageClass: Readonly<StorageClass>
  readonly driver: CsiDriverInfo
  readonly identity: string
}

/** Where a volume names the Secrets of later calls. */
export type VolumeSecrets = Pick<
  NonNullable<NonNullable<PersistentVolume['spec']>['csi']>,
  'controllerPublishSecretRef' | 'nodeStageSecretRef' | 'nodePublishSecretRef' | 'controllerExpandSecretRef' | 'nodeExpandSecretRef'
>

/** The Secrets of later calls, as far as a class names them. */
export function volumeSecrets(reference: (purpose: SecretPurpose) => SecretReference | undefined): VolumeSecrets {
  const wanted = [
    ['controllerPublishSecretRef', CONTROLLER_PUBLISH_SECRET],
    ['nodeStageSecretRef', NODE_STAGE_SECRET],
    ['nodePublishSecretRef', NODE_PUBLISH_SECRET],
    ['controllerExpandSecretRef', CONTROLLER_EXPAND_SECRET],
    ['nodeExpandSecretRef', NODE_EXPAND_SECRET],
  ] as const
  return Object.fromEntries(
    wanted.flatMap(([field, purpose]) => {
      const found = reference(purpose)
      return found === undefined ? [] : [[field, found]]
    }),
  )
}

/** What the class's parameters say, worked out. */
export interface TemplateParts {
  readonly name: string
  readonly fsType: string
  readonly secret: SecretReference | undefined
  readonly references: VolumeSecrets
  readonly attributesClass: string | undefined
  readonly withFinalizer: boolean
}

/** The PersistentVolume of a claim, without what only the driver's answer tells. */
export function volumeTemplate({ claim, storageClass, driver, identity }: TemplateInput, parts: TemplateParts): PersistentVolume {
  const { name, fsType, secret, references, attributesClass, withFinalizer } = parts
  const { namespace = '', name: claimName = '', uid = '', resourceVersion = '' } = claim.metadata
  const { reclaimPolicy = 'Delete', mountOptions = [] } = storageClass
  return {
    metadata: {
      name,
      annotations: {
        [PROVISIONED_BY]: storageClass.provisioner,
        [DELETION_SECRET_NAME]: secret?.name ?? '',
        [DELETION_SECRET_NAMESPACE]: secret?.namespace ?? '',
      },
      ...(withFinalizer && reclaimPolicy === 'Delete' ? { finalizers: [EXTERNAL_FINALIZER] } : {}),
    },
    spec: {
      accessModes: [...(claim.spec?.accessModes ?? [])],
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, resourceVersion },
      csi: {
        driver: driver.name,
        volumeHandle: '',
        ...references,
        ...(fsType === '' || isBlock(claim) ? {} : { fsType }),
        volumeAttributes: { [IDENTITY_ATTRIBUTE]: identity },
      },
      ...(mountOptions.length === 0 ? {} : { mountOptions: [...mountOptions] }),
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name ?? '',
      ...(claim.spec?.volumeMode === undefined ? {} : { volumeMode: claim.spec.volumeMode }),
      ...(attributesClass === undefined ? {} : { volumeAttributesClassName: attributesClass }),
    },
  }
}
