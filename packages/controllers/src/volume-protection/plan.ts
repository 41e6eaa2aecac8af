import type { PersistentVolume } from '@kubetape/api/types/core/v1'

/** What keeps a volume that is being deleted until no claim has it any more. */
export const PROTECTION_FINALIZER = 'kubernetes.io/pv-protection'

/** What to do about the protection of one object: nothing until it changes, hold it, or let it go. */
export type ProtectionPlan = 'none' | 'protect' | 'release'

/** Plans for one volume: one that lives is protected, one that is being deleted goes as soon as it is not Bound. */
export function plan({ metadata, status }: Readonly<PersistentVolume>): ProtectionPlan {
  const isProtected = metadata.finalizers?.includes(PROTECTION_FINALIZER) ?? false
  if (metadata.deletionTimestamp === undefined) return isProtected ? 'none' : 'protect'
  return isProtected && status?.phase !== 'Bound' ? 'release' : 'none'
}
