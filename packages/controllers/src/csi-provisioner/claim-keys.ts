import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import { objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import type { KindLookup } from '@kubetape/runtime'
import { STORAGE_PROVISIONERS } from '../persistent-volume/storage-annotations.ts'
import { dataSourceOf, isClone } from './clone-source.ts'
import { CLONE_FINALIZER } from './names.ts'

const [OF_OLD, CURRENT] = STORAGE_PROVISIONERS

/** The index that finds claims without a volume by the driver that is to make it. */
export const BY_DRIVER = 'driver'
/** The index that finds the claims that wait to be made from another one, by its key. */
export const BY_SOURCE = 'source'

/** Who is to provision a claim; undefined: nobody outside of the tree. */
export function provisionerOf({ metadata }: Readonly<PersistentVolumeClaim>): string | undefined {
  return metadata.annotations?.[CURRENT] ?? metadata.annotations?.[OF_OLD]
}

/** Whether somebody outside of the tree is to make a volume for it. */
export const isUnprovisioned = (claim: Readonly<PersistentVolumeClaim>): boolean =>
  !claim.spec?.volumeName && provisionerOf(claim) !== undefined

/** The index function of BY_DRIVER. */
export const driverOf = (claim: Readonly<PersistentVolumeClaim>): string[] => (isUnprovisioned(claim) ? [provisionerOf(claim)!] : [])

/** The index function of BY_SOURCE. */
export function pendingSourceOf(claim: Readonly<PersistentVolumeClaim>): string[] {
  const isPending = claim.status?.phase === undefined || claim.status.phase === 'Pending'
  return isPending && isClone(claim) ? [sourceKey(claim)] : []
}

/** Whether it is kept only because others are, or were, made from it. */
export function awaitsClones({ metadata }: Readonly<PersistentVolumeClaim>): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(CLONE_FINALIZER) ?? false)
}

/** The claims that a change gives reason to look at. */
export function claimKeys({ type, object, previous }: StoreChange<PersistentVolumeClaim>, lookup: KindLookup): string[] {
  const keys = new Set<string>()
  if (type !== 'deleted' && (isUnprovisioned(object) || awaitsClones(object))) keys.add(objectKey(object))
  for (const one of [object, previous]) {
    if (one === undefined || !isClone(one) || (type !== 'deleted' && pendingSourceOf(object).length > 0)) continue
    const source = lookup<PersistentVolumeClaim>(ClaimKind).get(sourceKey(one))
    if (source !== undefined && awaitsClones(source)) keys.add(objectKey(source))
  }
  return [...keys]
}

const sourceKey = (claim: Readonly<PersistentVolumeClaim>): string => `${claim.metadata.namespace ?? ''}/${dataSourceOf(claim)!.name}`
