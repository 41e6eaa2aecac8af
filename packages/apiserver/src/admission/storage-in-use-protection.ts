import type { AdmissionPlugin } from './admission.ts'

/** What holds a volume or claim until nobody uses it any more; the protection controllers take it off. */
const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
}

/** New volumes and claims are protected from being deleted while in use (plugin StorageObjectInUseProtection). */
export const storageInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate({ operation, resource, subresource, draft }) {
    const finalizer = resource.info.group === '' ? FINALIZERS[resource.info.resource] : undefined
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined || draft === undefined) return
    const metadata = (draft.metadata ??= {})
    if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer]
  },
}
