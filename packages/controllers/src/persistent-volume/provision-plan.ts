import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import type { Gates } from '@kubetape/client-go-features'
import { CLAIM_PROVISIONER, migratedTo, migrationAnnotations } from './csi-migration.ts'
import { BOUND_BY_CONTROLLER, PROVISIONED_BY, STORAGE_PROVISIONERS } from './storage-annotations.ts'
import { IN_TREE_FINALIZER, IN_TREE_PREFIX } from './volume-finalizers.ts'
import { pluginNamed, type Provision, type ReclaimPolicy, type VolumePlugin } from './volume-plugin.ts'

/** Who makes the volumes of a class: somebody outside, a plugin here, or nobody, with the reason for users. */
export type Provisioner =
  | { readonly type: 'external'; readonly name: string }
  | { readonly type: 'in-tree'; readonly plugin: VolumePlugin }
  | { readonly type: 'none'; readonly message: string }

export function provisionerOf({ provisioner }: Readonly<StorageClass>, plugins: readonly VolumePlugin[], gates: Gates): Provisioner {
  const driver = migratedTo(provisioner, gates)
  if (driver !== undefined) return { type: 'external', name: driver }
  try {
    const plugin = pluginNamed(plugins, provisioner)
    if (plugin.provisioner === undefined) throw new Error('no provisionable volume plugin matched')
    return { type: 'in-tree', plugin }
  } catch (error) {
    if (!provisioner.startsWith(IN_TREE_PREFIX)) return { type: 'external', name: provisioner }
    return { type: 'none', message: (error as Error).message }
  }
}

/** The claim that asks this provisioner for a volume; undefined where it does already. */
export function askingProvisioner(claim: Readonly<PersistentVolumeClaim>, name: string, gates: Gates): PersistentVolumeClaim | undefined {
  const { metadata } = claim
  if (metadata.annotations?.[CLAIM_PROVISIONER[0]!] === name) return undefined
  const annotations = { ...metadata.annotations, ...Object.fromEntries(STORAGE_PROVISIONERS.map((key) => [key, name])) }
  const marked = migrationAnnotations({ metadata: { ...metadata, annotations } }, CLAIM_PROVISIONER, gates)
  return { ...claim, metadata: { ...metadata, annotations: { ...marked } } }
}

/** Why the plugin cannot serve the claim, for users; undefined where it can. Asked before the claim is marked with its provisioner. */
export function sourceRefusal({ spec }: Readonly<PersistentVolumeClaim>, { name }: VolumePlugin): string | undefined {
  if (spec?.dataSource === undefined) return undefined
  return `plugin "${name}" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource`
}

/** Why the plugin cannot serve the class, for users; undefined where it can. No plugin here knows of mount options. */
export function classRefusal({ metadata, mountOptions = [] }: Readonly<StorageClass>): string | undefined {
  if (mountOptions.length === 0) return undefined
  const options = `[${mountOptions.join(' ')}]`
  return `Mount options are not supported by the provisioner but StorageClass "${metadata.name}" has mount options ${options}`
}

/** What becomes of the storage of a class when its claim goes. */
export const reclaimPolicyOf = ({ reclaimPolicy }: Readonly<StorageClass>): ReclaimPolicy => reclaimPolicy ?? 'Delete'

/** The name of the volume that is made for a claim: one claim, one volume, however often it is tried. */
export const provisionedName = (claimUid: string): string => `pvc-${claimUid}`

/** The volume over newly made storage, bound to its claim from the beginning. */
export function provisionedVolume(
  claim: Readonly<PersistentVolumeClaim>,
  storageClass: Readonly<StorageClass>,
  { name }: VolumePlugin,
  { annotations, spec }: Provision,
  gates: Gates,
): PersistentVolume {
  const policy = reclaimPolicyOf(storageClass)
  const { namespace, name: claimName, uid, resourceVersion } = claim.metadata
  return {
    metadata: {
      name: provisionedName(claim.metadata.uid ?? ''),
      annotations: { ...annotations, [BOUND_BY_CONTROLLER]: 'yes', [PROVISIONED_BY]: name },
      // From the beginning, so that the volume cannot go before its storage (KEP-2644).
      ...(policy === 'Delete' && gates.enabled('HonorPVReclaimPolicy') ? { finalizers: [IN_TREE_FINALIZER] } : {}),
    },
    spec: {
      ...spec,
      persistentVolumeReclaimPolicy: policy,
      storageClassName: storageClass.metadata.name ?? '',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: namespace ?? '',
        name: claimName ?? '',
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
    },
  }
}
