import { PersistentVolume as VolumeKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { objectKey } from '@kubetape/apimachinery'
import type { Controller, Watch } from '@kubetape/runtime'
import { addFinalizer, removeFinalizer } from './finalizer-writes.ts'
import { plan, PROTECTION_FINALIZER } from './plan.ts'

/** Keeps volumes that are being deleted until no claim has them any more (kube-controller-manager's persistentvolume-protection-controller). */
export function volumeProtectionController(): Controller {
  // Most changes of volumes are of no concern here: a run for each would only say so.
  const volumes: Watch<PersistentVolume> = {
    kind: VolumeKind,
    map: ({ type, object }) => (type === 'deleted' || plan(object) === 'none' ? [] : [objectKey(object)]),
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'persistentvolume-protection-controller',
    kind: VolumeKind,
    watches: [volumes as unknown as Watch],
    reads: [],
    indexes: new Map(),
    options: {},
    reconcile: async ({ name }, { client, lister }) => {
      const volume = lister<PersistentVolume>(VolumeKind).get('', name)
      const next = volume === undefined ? 'none' : plan(volume)
      if (next === 'protect') await addFinalizer(client, VolumeKind, volume!, PROTECTION_FINALIZER)
      if (next === 'release') await removeFinalizer(client, VolumeKind, volume!, PROTECTION_FINALIZER)
    },
  }
}
