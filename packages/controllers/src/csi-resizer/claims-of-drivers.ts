import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { CsiDrivers } from '@kubetape/csi'
import { type EventSource, type KindLookup, timerSource } from '@kubetape/runtime'
import { map } from 'rxjs'
import { migratedPlugin } from '../volume-expand/migrated-plugin.ts'

/** The index that finds the volumes of a CSI driver by its name, also those of the plugin whose place it has taken. */
export const BY_DRIVER = 'csi-driver'
export const driversOf = (object: KubeObject): string[] => {
  const volume = object as unknown as PersistentVolume
  const driver = volume.spec?.csi?.driver ?? migratedPlugin(volume, { enabled: () => true })?.driver
  return driver === undefined ? [] : [driver]
}
/** external-resizer's resync: what nothing else has woken is looked at again. */
const RESYNC_MS = 600_000

type Concerns = (claim: PersistentVolumeClaim) => boolean

/** Wakes the claims of a driver that has been connected, and from time to time all claims that something is left to be done for. */
export function driverSources(drivers: CsiDrivers, concerns: Concerns): EventSource[] {
  const connected: EventSource = {
    name: 'csi drivers',
    keys: ({ lookup }) => drivers.changes.pipe(map((name) => claimsOfDriver(name, lookup, concerns))),
  }
  const all = (lookup: KindLookup): string[] => lookup<PersistentVolumeClaim>(ClaimKind).list().filter(concerns).map(objectKey)
  return [connected, timerSource('resync', RESYNC_MS, all)]
}

function claimsOfDriver(name: string, lookup: KindLookup, concerns: Concerns): string[] {
  const claims = lookup<PersistentVolumeClaim>(ClaimKind)
  return lookup<PersistentVolume>(VolumeKind)
    .byIndex(BY_DRIVER, name)
    .flatMap(({ spec }) => {
      const { namespace = '', name: claimName = '' } = spec?.claimRef ?? {}
      const claim = claims.get(`${namespace}/${claimName}`)
      return claim !== undefined && concerns(claim) ? [objectKey(claim)] : []
    })
}
