import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { EVERYTHING, type LabelSelector, labelSelectorOf, parseQuantity } from '@kubetape/apimachinery'
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
  // Where nobody looks at classes of attributes, volumes that have one are as good as others.
  const attributes = attributesClass === '' ? ['='] : [`=${attributesClass}`, '*']
  const labels = ['', ...Object.entries(metadata.labels ?? {}).map(([key, value]) => labelOf(key, value))]
  const place = `${sizeKey(size)}\0${metadata.name ?? ''}`
  const modes = modeSetOf(spec?.accessModes)
  return labels.flatMap((label) =>
    attributes.map(
      (one) => `${groupOf({ label, className: classNameOf(volume), volumeMode: volumeModeOf(volume), attributes: one, modes })}${place}`,
    ),
  )
}

/**
 * The volume that a claim gets: of the sets of access modes that hold what it asks for, those with fewest modes first; within one,
 * a volume kept for the claim by name or uid, then the smallest free one that is large enough, of equals the first by name. `late`: only a kept one,
 * since free ones wait for a Pod. None of `taken`, by name. Costs O(log n), and the volumes that `taken` rules out or that have one of the labels that
 * the selector wants but not the others.
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
  const labels = selector === undefined ? EVERYTHING : labelSelectorOf(selector)
  const label = exactLabelOf(labels)
  const passes = ({ metadata }: PersistentVolume): boolean => !taken.has(metadata.name ?? '') && labels.matches(metadata.labels)
  const wanted = modeSetOf(claim.spec?.accessModes)
  const least = sizeKey(claim.spec?.resources?.requests?.['storage'] ?? '0')
  const attributes = gates.enabled('VolumeAttributesClass') ? [`=${attributesClassOf(claim)}`] : ['=', '*']
  for (const modes of MODE_SETS) {
    if ((modes & wanted) !== wanted) continue
    const kept = reserved.find(({ spec }) => modeSetOf(spec?.accessModes) === modes)
    if (kept !== undefined) return kept
    if (late) continue
    const found = attributes.flatMap((one) => {
      const group = groupOf({ label, className: classNameOf(claim), volumeMode: volumeModeOf(claim), attributes: one, modes })
      return volumes.firstByIndex(FREE, { from: group + least, below: group + LAST }, passes) ?? []
    })
    if (found.length > 0) return found.reduce((best, one) => (orderKey(one) < orderKey(best) ? one : best))
  }
  return undefined
}

/** What volumes of one group have in common. */
interface Group {
  /** '' for the group of those with whatever labels. */
  readonly label: string
  readonly className: string
  readonly volumeMode: string
  readonly attributes: string
  readonly modes: number
}

const groupOf = ({ label, className, volumeMode, attributes, modes }: Group): string =>
  `${label}\0${className}\0${volumeMode}\0${attributes}\0${modes}\0`

const labelOf = (key: string, value: string): string => `${key}=${value}`

/** A label that everything that is selected has; '' for none. */
function exactLabelOf(selector: LabelSelector): string {
  for (const { key } of selector.requirements) {
    const value = selector.exactValue(key)
    if (value !== undefined) return labelOf(key, value)
  }
  return ''
}

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
