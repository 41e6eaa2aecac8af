import { EndpointSlice as SliceKind } from '@kubetape/api/kinds'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { isConflict, isNotFound, type KubeObject } from '@kubetape/apimachinery'
import type { ReconcileContext, ReconcileResult } from '@kubetape/runtime'
import { refusedAsTerminating } from '../namespace/refused-as-terminating.ts'
import type { SliceActions } from './slices.ts'

const AGAIN_MS = 20

/** Carries out what was planned for the slices of `owner`; one that is being deleted gets no new ones. */
export async function writeSlices(
  { create, update, remove }: SliceActions,
  owner: Readonly<KubeObject>,
  { client }: ReconcileContext,
): Promise<ReconcileResult | void> {
  if (owner.metadata?.deletionTimestamp === undefined) {
    for (const slice of create) {
      try {
        await client.create<EndpointSlice>(SliceKind, slice)
      } catch (error) {
        if (refusedAsTerminating(error)) return
        throw error
      }
    }
  }
  try {
    for (const slice of update) await client.update<EndpointSlice>(SliceKind, slice)
    for (const { metadata } of remove) {
      const { namespace = '', name = '', uid = '' } = metadata
      await client.delete(SliceKind, { namespace, name }, { preconditions: { uid } })
    }
  } catch (error) {
    // Somebody was faster: it is looked at again with what there is then.
    if (isConflict(error) || isNotFound(error)) return { requeueAfterMs: AGAIN_MS }
    throw error
  }
}
