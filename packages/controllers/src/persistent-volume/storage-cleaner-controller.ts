import { PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { Controller, ReconcileContext, Watch } from '@kubetape/runtime'
import { hostPathStorage } from './host-path-plugin.ts'
import type { InTreeOptions } from './in-tree-plugins.ts'
import { readClaim, readVolume } from './live-reads.ts'
import { provisionedName } from './provision-plan.ts'
import { pluginOf } from './volume-plugin.ts'

/**
 * Deletes storage in tree that was made for claims that are gone, when no volume came of it: a crash, or the loss of an answer, came between the storage
 * and the volume, and the claim was deleted before it was tried again. Upstream leaves such storage behind.
 */
export function storageCleanerController({ plugins, unfinished }: Required<InTreeOptions>): Controller {
  const claims: Watch<PersistentVolumeClaim> = {
    kind: ClaimKind,
    map: ({ type, object }) => (type === 'deleted' && unfinished.has(objectKey(object)) ? [objectKey(object)] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'persistentvolume-binder-leftovers',
    kind: ClaimKind,
    watches: [claims as unknown as Watch<KubeObject>],
    reads: [],
    indexes: new Map(),
    sources: [{ name: 'unfinished storage', keys: () => unfinished.left }],
    options: {},
    reconcile: ({ key }, context) => clean(key, context, { plugins, unfinished }),
  }
}

async function clean(key: string, context: ReconcileContext, { plugins, unfinished }: Required<InTreeOptions>): Promise<void> {
  for (const intent of context.outside(() => unfinished.of(key))) {
    const { uid } = intent.claim
    // While the claim is there it is tried again, and finds the same storage.
    if ((await readClaim(context.client, intent.claim))?.metadata.uid === uid) continue
    const volume = hostPathStorage(intent.path)
    if ((await readVolume(context.client, provisionedName(uid))) === undefined) {
      const { call, perform } = pluginOf(plugins, volume).deletion!(volume)
      await context.call(call, perform)
    }
    unfinished.end(uid)
  }
}
