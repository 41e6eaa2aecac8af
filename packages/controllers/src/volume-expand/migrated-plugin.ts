import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import { migratedTo } from '../persistent-volume/csi-migration.ts'

/** A volume plugin that was built in and is a CSI driver now (KEP-625). */
export interface MigratedPlugin {
  /** `kubernetes.io/aws-ebs` */
  readonly plugin: string
  readonly driver: string
}

/** By the field of a volume that says that it is one of the plugin's. */
const PLUGINS: ReadonlyMap<keyof NonNullable<PersistentVolume['spec']>, string> = new Map([
  ['awsElasticBlockStore', 'kubernetes.io/aws-ebs'],
  ['azureDisk', 'kubernetes.io/azure-disk'],
  ['azureFile', 'kubernetes.io/azure-file'],
  ['cinder', 'kubernetes.io/cinder'],
  ['gcePersistentDisk', 'kubernetes.io/gce-pd'],
  ['portworxVolume', 'kubernetes.io/portworx-volume'],
  ['vsphereVolume', 'kubernetes.io/vsphere-volume'],
])

/** The plugin of a volume, where a CSI driver has taken its place; undefined for all others. */
export function migratedPlugin({ spec = {} }: Readonly<PersistentVolume>, gates: Gates): MigratedPlugin | undefined {
  for (const [source, plugin] of PLUGINS) {
    if (spec[source] === undefined) continue
    const driver = migratedTo(plugin, gates)
    return driver === undefined ? undefined : { plugin, driver }
  }
  return undefined
}
