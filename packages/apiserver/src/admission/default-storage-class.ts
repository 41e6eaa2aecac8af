import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { Storage } from '@kubetape/storage'
import { CLASS_ANNOTATION } from '../registry/core/class-annotation.ts'
import { DEFAULT_CLASS_ANNOTATIONS, isDefaultClass } from '../registry/storage/default-mark.ts'
import type { AdmissionPlugin } from './admission.ts'

const STORAGE_CLASSES = { group: 'storage.k8s.io', resource: 'storageclasses' } as const

/** A claim that names no class gets the default one; of several the newest (plugin DefaultStorageClass). */
export function defaultStorageClass(storage: Storage): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    mutate({ operation, resource, subresource, draft }) {
      const { group, resource: name } = resource.info
      if (operation !== 'CREATE' || group !== '' || name !== 'persistentvolumeclaims' || subresource !== '') return
      const claim = draft as unknown as PersistentVolumeClaim
      if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return
      const chosen = defaultClass(storage)
      if (chosen !== undefined) claim.spec = { ...claim.spec, storageClassName: chosen }
    },
  }
}

function defaultClass(storage: Storage): string | undefined {
  const classes = storage
    .list(STORAGE_CLASSES, false, {})
    .items.filter(({ object }) => isDefaultClass(object, DEFAULT_CLASS_ANNOTATIONS))
    .map(({ object }) => ({ name: object.metadata?.name ?? '', timeMs: Date.parse(object.metadata?.creationTimestamp ?? '') }))
  return classes.sort((a, b) => b.timeMs - a.timeMs || (a.name < b.name ? -1 : 1))[0]?.name
}
