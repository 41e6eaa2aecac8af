import type { CsiCapacityRange, CsiParameters } from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'
import { type Performance, samePerformance } from './mutable-parameters.ts'
import type { StoredVolume } from './stored-volume.ts'

/** What the creation of a volume asks for. */
export interface VolumeWanted {
  readonly name: string
  readonly range: CsiCapacityRange
  readonly parameters: CsiParameters
  readonly performance: Performance
  readonly sourceId?: string
}

/** For whoever asks for no size. */
export const DEFAULT_CAPACITY_BYTES = 2 ** 30

/** @throws CsiError `OUT_OF_RANGE` for a range that no size is in */
export function checkRange({ requiredBytes, limitBytes = Infinity }: CsiCapacityRange): void {
  if (requiredBytes > limitBytes)
    throw new CsiError('OUT_OF_RANGE', `Cannot give a volume at least ${requiredBytes} and at most ${limitBytes} bytes: no size is both`)
}

/** The size of a new volume within what is asked for, as near as possible to the default, or to the size of its source. */
export function capacityOf(range: CsiCapacityRange, sourceBytes = 0): number {
  checkRange(range)
  const { requiredBytes, limitBytes = Infinity } = range
  if (sourceBytes > limitBytes || (requiredBytes > 0 && sourceBytes > requiredBytes))
    throw new CsiError('OUT_OF_RANGE', `Cannot copy a volume of ${sourceBytes} bytes into a smaller one`)
  if (requiredBytes > 0) return requiredBytes
  return Math.min(sourceBytes > 0 ? sourceBytes : DEFAULT_CAPACITY_BYTES, limitBytes)
}

/**
 * The volume of a repeated request. One that has grown or been modified since is the same.
 *
 * @throws CsiError `ALREADY_EXISTS` when it is not what is wanted
 */
export function checkSame(volume: StoredVolume, { range, parameters, performance, sourceId }: VolumeWanted): StoredVolume {
  const { requiredBytes, limitBytes = Infinity } = range
  const differs = (what: string): CsiError =>
    new CsiError('ALREADY_EXISTS', `Cannot make volume "${volume.name}": it is there already, with ${what}`)
  if (volume.capacityBytes < requiredBytes || volume.capacityBytes > limitBytes) throw differs(`${volume.capacityBytes} bytes`)
  if (!sameParameters(volume.parameters, parameters)) throw differs('other parameters')
  if (!samePerformance(volume.createdPerformance, performance)) throw differs('other mutable parameters')
  if (volume.sourceId !== sourceId) throw differs(volume.sourceId === undefined ? 'no source' : `volume "${volume.sourceId}" as its source`)
  return volume
}

function sameParameters(a: CsiParameters, b: CsiParameters): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
