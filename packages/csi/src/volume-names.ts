import { hash } from 'node:crypto'

/** What names one volume in the whole cluster: its driver, and the handle under which the driver knows it. */
export interface VolumeId {
  readonly driver: string
  readonly volumeHandle: string
}

const PLUGIN = 'kubernetes.io/csi/'

/** The name in `status.volumesInUse` and `status.volumesAttached` of Nodes: `kubernetes.io/csi/<driver>^<handle>`. */
export function attachedVolumeName({ driver, volumeHandle }: VolumeId): string {
  return `${PLUGIN}${driver}^${volumeHandle}`
}

/** The volume of such a name; undefined for a name of another plugin. */
export function volumeIdOf(attachedName: string): VolumeId | undefined {
  const at = attachedName.indexOf('^')
  if (!attachedName.startsWith(PLUGIN) || at < 0) return undefined
  return { driver: attachedName.slice(PLUGIN.length, at), volumeHandle: attachedName.slice(at + 1) }
}

/** The name of the VolumeAttachment that brings a volume to a node: the same whoever makes it, so that there is one at most. */
export function attachmentNameOf({ driver, volumeHandle }: VolumeId, node: string): string {
  return `csi-${hash('sha256', `${volumeHandle}${driver}${node}`)}`
}

/** The name of the CSIStorageCapacity of a driver's class in one place: the same whoever makes it, so that there is one at most. */
export function capacityNameOf(driver: string, className: string, segments: Readonly<Record<string, string>>): string {
  const place = Object.entries(segments).sort(([a], [b]) => (a < b ? -1 : 1))
  return `csisc-${hash('sha256', JSON.stringify([driver, className, place])).slice(0, 32)}`
}
