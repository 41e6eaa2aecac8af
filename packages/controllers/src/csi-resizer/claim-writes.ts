import { PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isConflict } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'

/** Somebody who writes a claim faster than this many times in a row keeps it from being written here. */
const TRIES_MAX = 5

/** Writes what `change` makes of a claim, if nobody else has changed it since; otherwise throws a conflict. */
export async function writeStatus(
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  next: PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  return (await context.patch(ClaimKind, claim, next, { subresource: 'status', optimisticLock: true })) ?? claim
}

/**
 * Writes what a driver has answered, whatever else has been changed meanwhile: what is not written has to be asked again. Throws a conflict where the
 * claim is another one by now.
 */
export async function recordAnswer(
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  change: (claim: PersistentVolumeClaim) => PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  for (let tries = 1; ; tries++) {
    try {
      return await writeStatus(context, claim, change(claim))
    } catch (error) {
      if (!isConflict(error) || tries === TRIES_MAX) throw error
      const { namespace = '', name = '', uid } = claim.metadata
      const fresh = await context.client.get<PersistentVolumeClaim>(ClaimKind, { namespace, name })
      if (fresh.metadata.uid !== uid) throw error
      claim = fresh
    }
  }
}
