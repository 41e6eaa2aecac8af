import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { ProtectionPlan } from '../volume-protection/plan.ts'
import { usesClaim } from './claim-use.ts'

/** What keeps a claim that is being deleted until no Pod uses it any more. */
export const PROTECTION_FINALIZER = 'kubernetes.io/pvc-protection'

/** Plans for one claim: one that lives is protected, one that is being deleted goes as soon as none of `pods`, any of its namespace, uses it. */
export function plan(claim: Readonly<PersistentVolumeClaim>, pods: readonly Readonly<Pod>[]): ProtectionPlan {
  const { finalizers, deletionTimestamp } = claim.metadata
  const isProtected = finalizers?.includes(PROTECTION_FINALIZER) ?? false
  if (deletionTimestamp === undefined) return isProtected ? 'none' : 'protect'
  return isProtected && !pods.some((pod) => usesClaim(pod, claim)) ? 'release' : 'none'
}
