import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { exponentialRateLimiter, type ReconcileResult } from '@kubetape/runtime'

/** kube-controller-manager's --pvclaimbinder-sync-period. */
export const RESYNC_MS = 15_000
/** An informer of this process has caught up with most conflicts by then. */
const AGAIN_MS = 20

/**
 * How long a claim or volume waits after a run that was too late or failed: `AGAIN_MS`, then twice as long each time, since an informer that lags shows the
 * same again. Never longer than to the resync, which looks at what is left undone in any case. Each on its own: no bucket over all.
 */
export const syncRateLimiter = (): ReturnType<typeof exponentialRateLimiter<string>> =>
  exponentialRateLimiter<string>({ baseMs: AGAIN_MS, maxMs: RESYNC_MS })

/** One sync of a claim or volume as it was seen: over when it is gone by now, asked for again when somebody else was faster. */
export async function syncOnce(sync: () => Promise<void>): Promise<ReconcileResult | void> {
  try {
    await sync()
  } catch (error) {
    if (isNotFound(error)) return
    if (!isConflict(error)) throw error
    return { requeue: true }
  }
}
