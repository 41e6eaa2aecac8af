import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'

/** A volume plugin that was built in and is a CSI driver now (KEP-625). */
export interface MigratedPlugin {
  /** `kubernetes.io/aws-ebs` */
  readonly plugin: string
  readonly driver: string
}

const MIGRATED: ReadonlyMap<keyof NonNullable<PersistentVolume['spec']>, MigratedPlugin> = new Map([
  ['awsElasticBlockStore', { plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com' }],
  ['azureDisk', { plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com' }],
  ['azureFile', { plugin: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com' }],
  ['cinder', { plugin: 'kubernetes.io/cinder', driver: 'cinder.csi.openstack.org' }],
  ['gcePersistentDisk', { plugin: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io' }],
  ['portworxVolume', { plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com' }],
  ['vsphereVolume', { plugin: 'kubernetes.io/vsphere-volume', driver: 'csi.vsphere.vmware.com' }],
])

/** The plugin of a volume, where a CSI driver has taken its place; undefined for all others. */
export function migratedPlugin({ spec = {} }: Readonly<PersistentVolume>, gates: Gates): MigratedPlugin | undefined {
  for (const [source, migrated] of MIGRATED) {
    if (spec[source] === undefined) continue
    return source === 'portworxVolume' && !gates.enabled('CSIMigrationPortworx') ? undefined : migrated
  }
  return undefined
}
