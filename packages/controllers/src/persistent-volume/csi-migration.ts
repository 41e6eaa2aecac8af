import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { MIGRATED_TO, PROVISIONED_BY, STORAGE_PROVISIONERS } from './storage-annotations.ts'

/** Plugins that used to be in tree and the drivers that do their work since (csi-translation-lib of v1.31), with the gate that still decides for one. */
const MIGRATED: ReadonlyMap<string, { readonly driver: string; readonly gate?: string }> = new Map([
  ['kubernetes.io/aws-ebs', { driver: 'ebs.csi.aws.com' }],
  ['kubernetes.io/azure-disk', { driver: 'disk.csi.azure.com' }],
  ['kubernetes.io/azure-file', { driver: 'file.csi.azure.com' }],
  ['kubernetes.io/cinder', { driver: 'cinder.csi.openstack.org' }],
  ['kubernetes.io/gce-pd', { driver: 'pd.csi.storage.gke.io' }],
  ['kubernetes.io/portworx-volume', { driver: 'pxd.portworx.com', gate: 'CSIMigrationPortworx' }],
  ['kubernetes.io/vsphere-volume', { driver: 'csi.vsphere.vmware.com' }],
])

/** The CSI driver that does the work of the plugin in tree with this name; undefined where none does. */
export function migratedTo(plugin: string, gates: Gates): string | undefined {
  const migration = MIGRATED.get(plugin)
  if (migration === undefined) return undefined
  return migration.gate === undefined || gates.enabled(migration.gate) ? migration.driver : undefined
}

/**
 * The annotations that the object should have: marked with the driver that took over its provisioner, and not marked where none did. The object's own,
 * the same reference, where they are right or nobody has provisioned it; `names` are the annotations that say who did, in order of precedence.
 */
export function migrationAnnotations(
  { metadata }: Readonly<KubeObject>,
  names: readonly string[],
  gates: Gates,
): Readonly<Record<string, string>> | undefined {
  const annotations = metadata?.annotations
  const provisioner = names.map((name) => annotations?.[name]).find((value) => value !== undefined)
  if (annotations === undefined || provisioner === undefined) return annotations
  const driver = migratedTo(provisioner, gates)
  const { [MIGRATED_TO]: marked, ...others } = annotations
  if (driver !== undefined) return marked === driver ? annotations : { ...annotations, [MIGRATED_TO]: driver }
  return marked ? others : annotations
}

/** The claim with the mark of migration that it should have, the very same where it has it: what a run for a claim begins with. */
export function withMigrationMark(claim: PersistentVolumeClaim, gates: Gates): PersistentVolumeClaim {
  const annotations = migrationAnnotations(claim, CLAIM_PROVISIONER, gates)
  if (annotations === undefined || annotations === claim.metadata.annotations) return claim
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations } } }
}

/** Where a volume says who provisioned it. */
export const VOLUME_PROVISIONER = [PROVISIONED_BY] as const
/** Where a claim says who is to provision it. */
export const CLAIM_PROVISIONER = STORAGE_PROVISIONERS.toReversed()
