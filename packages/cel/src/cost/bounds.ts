import type { CelCost } from '../cel-program.ts'

/** Sizes and costs between two bounds; `max` is Infinity where nothing bounds it, beyond 2^64 all is the same. */
export type Bounds = CelCost

/** What upstream counts with: everything above is this. */
const MAX = 2 ** 64

const capped = (value: number): number => (value >= MAX ? Infinity : value)
/** Infinity times nothing is nothing. */
const product = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : capped(a * b))

export const fixed = (value: number): Bounds => ({ min: value, max: value })
export const UNKNOWN: Bounds = Object.freeze({ min: 0, max: Infinity })
export const NOTHING: Bounds = Object.freeze({ min: 0, max: 0 })

export function sum(...all: readonly Bounds[]): Bounds {
  let [min, max] = [0, 0]
  for (const one of all) [min, max] = [min + one.min, max + one.max]
  return { min: capped(min), max: capped(max) }
}

export const times = (a: Bounds, b: Bounds): Bounds => ({ min: product(a.min, b.min), max: product(a.max, b.max) })

/** Rounded up. */
export const scaled = (a: Bounds, factor: number): Bounds => ({
  min: capped(Math.ceil(a.min * factor)),
  max: capped(Math.ceil(a.max * factor)),
})

export const union = (a: Bounds, b: Bounds): Bounds => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) })
