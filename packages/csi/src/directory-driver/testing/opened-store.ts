import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { machineFiles, type VolumeFiles } from '../volume-files.ts'
import { VolumeStore } from '../volume-store.ts'
import type { VolumeWanted } from '../wanted-volume.ts'

export const GIB = 2 ** 30

let seed = 1

/** A store of 10 GiB in a folder; what it warns of goes to `warnings`. */
export function openStore(root: string, files: VolumeFiles = machineFiles(), warnings: string[] = []): Promise<VolumeStore> {
  return VolumeStore.open({
    root,
    files,
    clock: new VirtualClock(),
    uids: uidSource(seededRandom(seed++)),
    capacityBytes: 10 * GIB,
    warn: (message) => warnings.push(message),
  })
}

/** A volume of 1 GiB. */
export function wanted(name: string, more: Partial<VolumeWanted> = {}): VolumeWanted {
  return { name, range: { requiredBytes: GIB }, parameters: {}, performance: {}, ...more }
}
