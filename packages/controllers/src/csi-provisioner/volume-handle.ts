import type { PersistentVolume } from '@kubetape/api/types/core/v1'

/** The label of a volume's zone, which some in-tree sources leave to it. */
const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']

/**
 * The handle by which a CSI driver knows a volume, also one of an in-tree plugin whose work was given to that driver (KEP-625); undefined where no CSI
 * driver can know it.
 */
export function volumeHandleOf({ metadata, spec = {} }: Readonly<PersistentVolume>): string | undefined {
  if (spec.csi !== undefined) return spec.csi.volumeHandle
  if (spec.awsElasticBlockStore !== undefined) return spec.awsElasticBlockStore.volumeID.split('/').at(-1)
  if (spec.gcePersistentDisk !== undefined) {
    const zone = ZONE_LABELS.map((label) => metadata.labels?.[label]).find((found) => found !== undefined)
    return `projects/UNSPECIFIED/zones/${zone ?? 'UNSPECIFIED'}/disks/${spec.gcePersistentDisk.pdName}`
  }
  if (spec.azureDisk !== undefined) return spec.azureDisk.diskURI
  if (spec.cinder !== undefined) return spec.cinder.volumeID
  if (spec.vsphereVolume !== undefined) return spec.vsphereVolume.volumePath
  return spec.portworxVolume?.volumeID
}
