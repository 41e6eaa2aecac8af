import type { CsiAccessMode, CsiParameters } from '../csi-driver.ts'
import type { Performance } from './mutable-parameters.ts'

/** How a volume was put where a Pod sees it. */
export type PlacementKind = 'bind' | 'link'

export interface Publication {
  readonly path: string
  readonly accessMode: CsiAccessMode
  /** Of the mount; `ro` for readonly. */
  readonly flags: readonly string[]
  readonly kind: PlacementKind
}

/** One volume, as `volume.json` in its folder has it. The content is beside it, in `data`. */
export interface StoredVolume {
  readonly format: 1
  readonly id: string
  /** The key under which its creation was asked for. */
  readonly name: string
  /** Position in the order of creation: what pages of lists go by. */
  readonly sequence: number
  /** RFC 3339. */
  readonly created: string
  readonly capacityBytes: number
  readonly parameters: CsiParameters
  /** In force now. */
  readonly performance: Performance
  /** What its creation asked for: a repeated creation is compared with this, however the volume has been modified since. */
  readonly createdPerformance: Performance
  /** The volume that its content was copied from. */
  readonly sourceId?: string
  /** Staging paths in use. */
  readonly staged: readonly string[]
  /** Written before a place is made and after it is gone, so that none is forgotten. */
  readonly published: readonly Publication[]
}

/** Ids are made by the driver, never taken from a request, and this is all that they can be. */
export const VOLUME_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** For people too: a field a line. */
export function volumeText(volume: StoredVolume): string {
  return `${JSON.stringify(volume, null, 2)}\n`
}

/**
 * Reads `volume.json` of the volume `id`.
 *
 * @throws TypeError or SyntaxError for what the driver has not written
 */
export function parseVolume(text: string, id: string): StoredVolume {
  const volume = JSON.parse(text) as Partial<StoredVolume>
  const wrong = (what: string): TypeError => new TypeError(what)
  if (volume.format !== 1) throw wrong(`its format is ${JSON.stringify(volume.format)}, and this driver reads format 1`)
  if (volume.id !== id) throw wrong(`it is the file of volume ${JSON.stringify(volume.id)}`)
  if (typeof volume.name !== 'string' || volume.name === '') throw wrong('it has no name')
  for (const field of ['sequence', 'capacityBytes'] as const)
    if (!Number.isSafeInteger(volume[field]) || volume[field]! < 0) throw wrong(`${field} is no whole number`)
  for (const field of ['parameters', 'performance', 'createdPerformance'] as const)
    if (typeof volume[field] !== 'object' || volume[field] === null) throw wrong(`${field} is no map`)
  for (const field of ['staged', 'published'] as const) if (!Array.isArray(volume[field])) throw wrong(`${field} is no list`)
  return volume as StoredVolume
}
