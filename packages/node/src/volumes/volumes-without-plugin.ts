import type { PersistentVolume, Pod } from '@kubetape/api/types/core/v1'
import { podClaims } from './pod-claims.ts'

/** The event of a kubelet that cannot tell who mounts a volume. */
export const NO_PLUGIN_REASON = 'FailedMount'

/** Kinds of volumes that are served, and that no kubelet of v1.31 knows any more: their plugins were removed. */
const isObsolete = ({ cephfs, rbd }: { readonly cephfs?: unknown; readonly rbd?: unknown }): boolean =>
  cephfs !== undefined || rbd !== undefined

/**
 * Why a Pod cannot start on any node of v1.31, in the words of a kubelet; undefined: nothing stands in its way. `claimed` are the volumes of the
 * Pod's claims, in their order.
 */
export function volumesWithoutPlugin(pod: Pod, claimed: readonly (PersistentVolume | undefined)[] = []): string | undefined {
  const inline = (pod.spec.volumes ?? []).filter(isObsolete).map(({ name }) => ({ name, spec: name }))
  const persistent = podClaims(pod).flatMap(({ volume: name }, at) => {
    const volume = claimed[at]
    return volume !== undefined && isObsolete(volume.spec) ? [{ name, spec: volume.metadata.name ?? '' }] : []
  })
  const all = [...inline, ...persistent]
  if (all.length === 0) return undefined
  const names = all.map(({ name }) => name).join(' ')
  const errors = all.map(({ spec }) => `failed to get Plugin from volumeSpec for volume "${spec}" err=no volume plugin matched`)
  return `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[], failed to process volumes=[${names}]: ${errors.join('; ')}`
}
