import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { forbiddenError, quantityOf } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import { CLASS_ANNOTATION } from '../registry/core/class-annotation.ts'
import type { AdmissionPlugin } from './admission.ts'

const CLAIMS = { group: '', resource: 'persistentvolumeclaims' } as const
const STORAGE_CLASSES = { group: 'storage.k8s.io', resource: 'storageclasses' } as const

type Claim = Readonly<PersistentVolumeClaim>

const sizeOf = ({ spec }: Claim): string => spec?.resources?.requests?.['storage'] ?? '0'
const classOf = ({ metadata, spec }: Claim): string => metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? ''

/** A claim grows only when it is bound and its class says that its volumes can (plugin PersistentVolumeClaimResize). */
export function claimResize(storage: Storage): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    validate({ operation, resource, subresource, draft, old, name }) {
      const { group, resource: plural } = resource.info
      if (operation !== 'UPDATE' || group !== CLAIMS.group || plural !== CLAIMS.resource || subresource !== '') return
      const claim = draft as PersistentVolumeClaim
      const before = old as PersistentVolumeClaim
      if (quantityOf(sizeOf(claim)).compare(quantityOf(sizeOf(before))) <= 0) return
      if (before.status?.phase !== 'Bound') throw forbiddenError(CLAIMS, name, 'Only bound persistent volume claims can be expanded')
      if (!mayGrow(storage, claim, before)) {
        throw forbiddenError(
          CLAIMS,
          name,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        )
      }
    },
  }
}

function mayGrow(storage: Storage, claim: Claim, old: Claim): boolean {
  const name = classOf(claim)
  if (name === '' || name !== classOf(old)) return false
  const stored = storage.get(STORAGE_CLASSES, '', name)?.object as Readonly<StorageClass> | undefined
  return stored?.allowVolumeExpansion ?? false
}
