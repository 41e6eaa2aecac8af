import type { CsiVolumePage } from './csi-driver.ts'

/** A claim as an API server has it. */
export interface ScannedClaim {
  readonly namespace: string
  readonly name: string
  readonly phase: string
  /** Empty: none yet. */
  readonly volumeName: string
}

/** A PersistentVolume as an API server has it. */
export interface ScannedVolume {
  readonly name: string
  readonly phase: string
  readonly capacityBytes: number
  /** `namespace/name` of its claim. */
  readonly claim?: string
  /** The driver and its id of the volume; for others what kind of volume it is. */
  readonly driver: string
  readonly handle?: string
  readonly isDeleting: boolean
}

type Entries = CsiVolumePage['entries']

/** What a driver has listed, before the API server was asked and afterwards: what is made or removed meanwhile is in one of them only. */
export interface ScannedDriver {
  readonly before: Entries
  readonly after: Entries
}

/**
 * - `leak`: the driver has it, and no PersistentVolume.
 * - `missing`: a PersistentVolume has it, and the driver does not.
 * - `shared`: several PersistentVolumes have it.
 * - `smaller`: the driver's volume is smaller than the PersistentVolume says.
 * - `abnormal`: the driver says so.
 * - `lost`: a claim's volume is not there, or belongs to another claim.
 */
export type VolumeFinding = 'leak' | 'missing' | 'shared' | 'smaller' | 'abnormal' | 'lost'

/** A volume from the claim to the driver's storage; what is not there is absent. */
export interface VolumeRow {
  readonly claim?: string
  readonly volume?: string
  /** Of the volume, or of the claim that has none. */
  readonly phase?: string
  readonly capacityBytes?: number
  readonly driver?: string
  readonly handle?: string
  /** What the driver says; null: it says that there is none. */
  readonly realBytes?: number | null
  readonly finding?: VolumeFinding
  readonly message?: string
}

export interface VolumeScan {
  readonly claims: readonly ScannedClaim[]
  readonly volumes: readonly ScannedVolume[]
  /** By name; volumes of drivers that are not here are not looked for. */
  readonly drivers: ReadonlyMap<string, ScannedDriver>
}

/** Every claim, volume and real volume in one row each with what belongs together: first by claim, then volumes without one, then leaks. */
export function scanVolumes({ claims, volumes, drivers }: VolumeScan): VolumeRow[] {
  const real = new Map([...drivers].map(([name, { after }]) => [name, byHandle(after)]))
  const owners = new Map<string, ScannedVolume[]>()
  for (const volume of volumes) {
    const key = keyOf(volume.driver, volume.handle ?? volume.name)
    owners.set(key, [...(owners.get(key) ?? []), volume])
  }
  const rowOf = (volume: ScannedVolume): VolumeRow => {
    const others = (owners.get(keyOf(volume.driver, volume.handle ?? volume.name)) ?? []).filter(({ name }) => name !== volume.name)
    return volumeRow(volume, real.get(volume.driver), others)
  }
  const byName = new Map(volumes.map((volume) => [volume.name, volume]))
  const shown = new Set<string>()
  const claimed = claims.map((claim) => claimRow(claim, byName, rowOf, shown)).sort(by(({ claim }) => claim))
  const unclaimed = volumes.filter(({ name }) => !shown.has(name)).map(rowOf)
  return [...claimed, ...unclaimed.sort(by(({ volume }) => volume)), ...leaks(drivers, owners)]
}

function claimRow(
  { namespace, name, phase, volumeName }: ScannedClaim,
  volumes: ReadonlyMap<string, ScannedVolume>,
  rowOf: (volume: ScannedVolume) => VolumeRow,
  shown: Set<string>,
): VolumeRow {
  const claim = `${namespace}/${name}`
  if (volumeName === '') return { claim, phase }
  const volume = volumes.get(volumeName)
  if (volume === undefined) return { claim, volume: volumeName, phase, finding: 'lost', message: 'there is no such PersistentVolume' }
  // A claim that waits for its volume names it, and is not named by it yet.
  if (volume.claim !== undefined && volume.claim !== claim)
    return { claim, volume: volumeName, phase, finding: 'lost', message: `the volume belongs to ${volume.claim}` }
  shown.add(volumeName)
  return { ...rowOf(volume), claim }
}

function volumeRow(
  { name, phase, capacityBytes, claim, driver, handle, isDeleting }: ScannedVolume,
  listed: ReadonlyMap<string, Entries[number]> | undefined,
  others: readonly ScannedVolume[],
): VolumeRow {
  const row = {
    ...(claim === undefined ? {} : { claim }),
    volume: name,
    phase,
    capacityBytes,
    driver,
    ...(handle === undefined ? {} : { handle }),
  }
  if (handle === undefined) return row
  const shared = { finding: 'shared', message: `${others.map((one) => one.name).join(', ')} has it too` } as const
  if (listed === undefined) return others.length === 0 ? row : { ...row, ...shared }
  const entry = listed.get(handle)
  if (entry === undefined) {
    const gone = { ...row, realBytes: null }
    // A volume goes before the object that stands for it.
    return isDeleting ? gone : { ...gone, finding: 'missing', message: 'the driver does not have it' }
  }
  const realBytes = entry.volume.capacityBytes
  const real = { ...row, realBytes }
  if (others.length > 0) return { ...real, ...shared }
  if (entry.condition?.abnormal === true) return { ...real, finding: 'abnormal', message: entry.condition.message }
  if (realBytes !== 0 && realBytes < capacityBytes)
    return { ...real, finding: 'smaller', message: 'it is smaller than its PersistentVolume says' }
  return real
}

/** What was there before the PersistentVolumes were read, is there still, and is in none of them. */
function leaks(drivers: VolumeScan['drivers'], owners: ReadonlyMap<string, unknown>): VolumeRow[] {
  return [...drivers].flatMap(([driver, { before, after }]) => {
    const earlier = byHandle(before)
    return after
      .filter(({ volume: { volumeId } }) => earlier.has(volumeId) && !owners.has(keyOf(driver, volumeId)))
      .map(({ volume: { volumeId, capacityBytes } }) => ({
        driver,
        handle: volumeId,
        realBytes: capacityBytes,
        finding: 'leak' as const,
        message: 'no PersistentVolume has it',
      }))
      .sort(by(({ handle }) => handle))
  })
}

const byHandle = (entries: Entries): Map<string, Entries[number]> => new Map(entries.map((entry) => [entry.volume.volumeId, entry]))
const keyOf = (driver: string, handle: string): string => JSON.stringify([driver, handle])

function by<T>(key: (row: T) => string | undefined): (left: T, right: T) => number {
  return (left, right) => {
    const [a, b] = [key(left) ?? '', key(right) ?? '']
    return a < b ? -1 : a > b ? 1 : 0
  }
}
