import type { CsiParameters } from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'

/** What of a volume can be changed while it is used; what is absent has never been set. */
export interface Performance {
  /** Operations per second. */
  readonly iops?: number
  /** MiB per second. */
  readonly throughput?: number
}

export const IOPS_MAX = 256_000
export const THROUGHPUT_MAX = 4_000

/** Names that mean the same: ours, and those that Kubernetes' own examples of VolumeAttributesClasses use. */
const MEANING: Readonly<Record<string, keyof Performance>> = {
  iops: 'iops',
  throughput: 'throughput',
  'provisioned-iops': 'iops',
  'provisioned-throughput': 'throughput',
}

const PATTERN = { iops: /^[1-9]\d{0,14}$/, throughput: /^([1-9]\d{0,14})(?:MiB\/s)?$/ }
const WANTED = { iops: 'a whole number', throughput: 'a whole number of MiB/s, such as 50 or 50MiB/s' }
const MAX = { iops: IOPS_MAX, throughput: THROUGHPUT_MAX }

/**
 * Reads mutable parameters: `iops` and `throughput`, or `provisioned-iops` and `provisioned-throughput`.
 *
 * @throws CsiError `INVALID_ARGUMENT`, which is the protocol's code for what can never be: an unknown name, one that is said twice, what is no number, and
 *   more than the driver gives
 */
export function parsePerformance(parameters: CsiParameters): Performance {
  const found: { iops?: number; throughput?: number } = {}
  for (const [name, value] of Object.entries(parameters)) {
    const meaning = Object.hasOwn(MEANING, name) ? MEANING[name]! : undefined
    if (meaning === undefined)
      throw new CsiError('INVALID_ARGUMENT', `Cannot set parameter "${name}": a volume can change iops and throughput only`)
    if (found[meaning] !== undefined) throw new CsiError('INVALID_ARGUMENT', `Cannot set parameter "${name}": ${meaning} is given twice`)
    if (!PATTERN[meaning].test(value))
      throw new CsiError('INVALID_ARGUMENT', `Cannot set ${name} to "${value}": it must be ${WANTED[meaning]}`)
    const amount = Number.parseInt(value, 10)
    if (amount > MAX[meaning]) throw new CsiError('INVALID_ARGUMENT', `Cannot set ${name} to "${value}": the most is ${MAX[meaning]}`)
    found[meaning] = amount
  }
  return found
}

export function samePerformance(a: Performance, b: Performance): boolean {
  return a.iops === b.iops && a.throughput === b.throughput
}

/** `iops 500, throughput 50MiB/s`; empty when nothing was ever set. */
export function performanceText({ iops, throughput }: Performance): string {
  return [...(iops === undefined ? [] : [`iops ${iops}`]), ...(throughput === undefined ? [] : [`throughput ${throughput}MiB/s`])].join(
    ', ',
  )
}
