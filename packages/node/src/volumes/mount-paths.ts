import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'

const isBlock = ({ spec }: PersistentVolume): boolean => spec.volumeMode === 'Block'

/** Where a kubelet has a driver stage a volume, below the kubelet's folder. */
export function stagingPathOf(kubelet: string, volume: PersistentVolume): string {
  const plugin = join(kubelet, 'plugins', 'kubernetes.io', 'csi')
  const { driver, volumeHandle } = volume.spec.csi!
  return isBlock(volume)
    ? join(plugin, 'volumeDevices', 'staging', volume.metadata.name!)
    : join(plugin, driver, hash('sha256', volumeHandle), 'globalmount')
}

/** Where a kubelet has a driver publish a volume for a Pod. */
export function targetPathOf(kubelet: string, volume: PersistentVolume, podUid: string): string {
  const name = volume.metadata.name!
  return isBlock(volume)
    ? join(kubelet, 'plugins', 'kubernetes.io', 'csi', 'volumeDevices', 'publish', name, podUid)
    : join(kubelet, 'pods', podUid, 'volumes', 'kubernetes.io~csi', name, 'mount')
}
