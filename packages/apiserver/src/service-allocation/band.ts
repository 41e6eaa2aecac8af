import type { Random } from '@kubetape/determinism'
import type { OffsetSet } from './offset-set.ts'

/** How a range is divided between what is asked for by number and what is given out. */
export interface BandRule {
  readonly min: number
  readonly max: number
  /** The lower band has one in so many. */
  readonly step: number
}

/** KEP-3070 (ServiceIPStaticSubrange). */
export const ADDRESS_BAND: BandRule = { min: 16, max: 256, step: 16 }
/** KEP-3668 (ServiceNodePortStaticSubrange). */
export const NODE_PORT_BAND: BandRule = { min: 16, max: 128, step: 32 }

/**
 * How many offsets at the beginning of a range are given out only when all others are taken, so that they can be asked for by number. `size` is
 * that of the whole range: of a CIDR also with the addresses that nobody can have.
 */
export function staticBand(size: number, { min, max, step }: BandRule): number {
  if (size <= min) return 0
  const band = Math.floor(size / step)
  return Math.min(Math.max(band, min), max)
}

/** A free offset, drawn from above the static band first; undefined when the range is full. Costs the same in an empty and in a full range. */
export function drawFree(taken: OffsetSet, size: number, band: number, random: Random): number | undefined {
  return drawBetween(taken, band, size, random) ?? drawBetween(taken, 0, band, random)
}

function drawBetween(taken: OffsetSet, from: number, end: number, random: Random): number | undefined {
  if (from >= end) return undefined
  const start = from + Math.floor(randomFraction(random) * (end - from))
  return taken.freeFrom(start, end) ?? taken.freeFrom(from, start)
}

/** 53 bits, so that every offset of a large range can be drawn. */
function randomFraction(random: Random): number {
  return ((random.nextUint32() >>> 5) * 2 ** 26 + (random.nextUint32() >>> 6)) / 2 ** 53
}
