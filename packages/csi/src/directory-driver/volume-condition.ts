import type { StoredVolume } from './stored-volume.ts'
import { performanceText } from './mutable-parameters.ts'
import type { TreeSize } from './tree.ts'

export interface VolumeCondition {
  readonly abnormal: boolean
  readonly message: string
}

/**
 * What there is to say of a volume: what it can do and how full it is. Abnormal when its folder is gone (`size` undefined), or when it holds more than its
 * capacity: the driver does not stop anybody from writing, so it says so.
 */
export function conditionOf(volume: StoredVolume, size: TreeSize | undefined): VolumeCondition {
  if (size === undefined) return { abnormal: true, message: 'the directory of the volume is gone' }
  const used = `${size.complete ? '' : 'at least '}${size.bytes} of ${volume.capacityBytes} bytes used`
  const abnormal = size.bytes > volume.capacityBytes
  return {
    abnormal,
    message: [performanceText(volume.performance), abnormal ? `${used}: more than its capacity` : used].filter(Boolean).join(', '),
  }
}
