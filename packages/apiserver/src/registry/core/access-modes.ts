import { type FieldError, type FieldPath, forbidden, notSupported } from '@kubetape/apimachinery'

/** In the order in which messages list them. */
const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
/** What a volume can be for its users (API reference, PersistentVolumeMode). */
export const VOLUME_MODES = ['Block', 'Filesystem']

/** Access modes of a volume or claim; that of a single Pod goes with no other (KEP-2485). */
export function validateAccessModes(modes: readonly string[], path: FieldPath): FieldError[] {
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(path, mode, ACCESS_MODES))
  const hasOther = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  if (modes.includes('ReadWriteOncePod') && hasOther) errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
  return errors
}
