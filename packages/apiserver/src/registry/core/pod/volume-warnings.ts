import { type FieldPath, quantityOf } from '@kubetape/apimachinery'
import type { Volume } from '@kubetape/api/types/core/v1'
import { warningAt } from './path-warning.ts'

/** Types of volumes that are on their way out, or gone (v1.31). */
const DEPRECATED: readonly (readonly [keyof Volume, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
]
const DEPRECATED_LATER: readonly (readonly [keyof Volume, string, string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** What a client is told about one volume. */
export function volumeWarnings(volume: Readonly<Volume>, path: FieldPath): string[] {
  const deprecated = (list: typeof DEPRECATED): string[] =>
    list.filter(([field]) => volume[field] !== undefined).map(([, printed, message]) => warningAt(path.child(printed), message))
  const storage = volume.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.['storage']
  const quantity = quantityOf(storage)
  const place = path.child('ephemeral', 'volumeClaimTemplate', 'spec', 'resources', 'requests').key('storage')
  const fraction =
    quantity.milliValue() % 1000n === 0n
      ? []
      : [warningAt(place, `fractional byte value ${JSON.stringify(String(quantity))} is invalid, must be an integer`)]
  return [...deprecated(DEPRECATED), ...fraction, ...deprecated(DEPRECATED_LATER)]
}
