import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { labelSelectorOf, parseQuantity } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { Lister } from '@kubetape/runtime'
import { classNameOf } from './storage-class.ts'
import { attributesClassOf, fitsReservation, refersTo, volumeModeOf } from './volume-fit.ts'

/** The index that finds volumes by the claim that they refer to, `namespace/name`. */
export const BY_CLAIM_REFERENCE = 'claim-reference'
/** The index of volumes that any claim may have: by what must be equal, then by size, then by name. */
export const FREE = 'free'

/** In the order in which upstream writes them. */
const ACCESS_MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'] as const
/** Every set of access modes that a volume can have, as bits: those with fewest modes first. */
const MODE_SETS = Array.from({ length: 2 ** ACCESS_MODES.length }, (_, bits) => bits).sort((a, b) => bitsOf(a) - bitsOf(b) || a - b)
/** Above every character that the names within a value have. */
const LAST = '\uffff'

export function byClaimReference({ spec }: Readonly<PersistentVolume>): string[] {
  const { claimRef } = spec ?? {}
  return claimRef === undefined ? [] : [`${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`]
}

/** Files a volume that is Available, kept for nobody and not being deleted. */
export function byFreedom(volume: Readonly<PersistentVolume>): string[] {
  const { metadata, spec, status } = volume
  if (status?.phase !== 'Available' || spec?.claimRef !== undefined || metadata.deletionTimestamp !== undefined) return []
  const size = spec?.capacity?.['storage']
  if (size === undefined) return []
  const attributesClass = attributesClassOf(volume)
  const file = (attributes: string): string =>
    `${groupOf(classNameOf(volume), volumeModeOf(volume), attributes, modeSetOf(spec?.accessModes))}${sizeKey(size)}\0${metadata.name ?? ''}`
  // Where nobody looks at classes of attributes, volumes that have one are as good as others.
  return attributesClass === '' ? [file('=')] : [file(`=${attributesClass}`), file('*')]
}

/**
 * The volume that a claim gets (FACTS of v1.31): of the sets of access modes that hold what it asks for, those with fewest modes first; within one,
 * a volume kept for the claim by name or uid, then the smallest free one that is large enough, of equals the first by name. `late`: only a kept one,
 * since free ones wait for a Pod. None of `taken`, by name. Costs O(log n) and the volumes that the selector or `taken` rule out.
 */
export function matchOf(
  claim: Readonly<PersistentVolumeClaim>,
  volumes: Pick<Lister<PersistentVolume>, 'byIndex' | 'firstByIndex'>,
  { gates, late, taken }: { readonly gates: Gates; readonly late: boolean; readonly taken: ReadonlySet<string> },
): PersistentVolume | undefined {
  const { namespace = '', name = '' } = claim.metadata
  const reserved = volumes
    .byIndex(BY_CLAIM_REFERENCE, `${namespace}/${name}`)
    .filter((volume) => refersTo(volume, claim) && fitsReservation(volume, claim, gates))
  if (late && reserved.length === 0) return undefined
  const { selector } = claim.spec ?? {}
  const labels = selector === undefined ? undefined : labelSelectorOf(selector)
  const passes = ({ metadata }: PersistentVolume): boolean =>
    !taken.has(metadata.name ?? '') && (labels === undefined || labels.matches(metadata.labels))
  const wanted = modeSetOf(claim.spec?.accessModes)
  const least = sizeKey(claim.spec?.resources?.requests?.['storage'] ?? '0')
  const attributes = gates.enabled('VolumeAttributesClass') ? [`=${attributesClassOf(claim)}`] : ['=', '*']
  for (const modes of MODE_SETS) {
    if ((modes & wanted) !== wanted) continue
    const kept = reserved.find(({ spec }) => modeSetOf(spec?.accessModes) === modes)
    if (kept !== undefined) return kept
    if (late) continue
    const found = attributes.flatMap((one) => {
      const group = groupOf(classNameOf(claim), volumeModeOf(claim), one, modes)
      return volumes.firstByIndex(FREE, { from: group + least, below: group + LAST }, passes) ?? []
    })
    if (found.length > 0) return found.reduce((best, one) => (orderKey(one) < orderKey(best) ? one : best))
  }
  return undefined
}

const groupOf = (className: string, volumeMode: string, attributes: string, modes: number): string =>
  `${className}\0${volumeMode}\0${attributes}\0${modes}\0`

const orderKey = ({ metadata, spec }: PersistentVolume): string => `${sizeKey(spec?.capacity?.['storage'] ?? '0')}\0${metadata.name ?? ''}`

function modeSetOf(modes: readonly string[] = []): number {
  return ACCESS_MODES.reduce((set, mode, at) => (modes.includes(mode) ? set | (1 << at) : set), 0)
}

function bitsOf(set: number): number {
  return ACCESS_MODES.filter((_, at) => set & (1 << at)).length
}

/** A text that sorts as the amount does: how many digits its whole part has, the whole part, the fraction without its last zeros. */
function sizeKey(amount: string): string {
  const { unscaled, scale } = parseQuantity(amount)
  const divisor = 10n ** BigInt(Math.max(scale, 0))
  const whole = String(scale < 0 ? unscaled * 10n ** BigInt(-scale) : unscaled / divisor)
  const fraction =
    scale > 0
      ? String(unscaled % divisor)
          .padStart(scale, '0')
          .replace(/0+$/, '')
      : ''
  return `${String(whole.length).padStart(3, '0')}${whole}.${fraction}`
}
