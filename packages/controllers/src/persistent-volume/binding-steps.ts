import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeStatus } from '@kubetape/api/types/core/v1'
import { deepEqual, parseQuantity } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, CAPACITY_BEFORE_EXPANSION } from './storage-annotations.ts'
import { refersTo } from './volume-fit.ts'

/**
 * The four writes of a binding, in their order: the volume refers to the claim, the volume is Bound, the claim names the volume, the claim is Bound.
 * Each function answers the object as it should be, the very same where it is so: after a crash anywhere between, the rest follows.
 */

/** Lets a volume refer to a claim. Whoever made it so by name keeps the credit; otherwise the volume says that it was us. */
export function referringTo(volume: PersistentVolume, claim: Readonly<PersistentVolumeClaim>): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata
  const { claimRef } = volume.spec ?? {}
  const isOurs = !refersTo(volume, claim)
  const refers = claimRef !== undefined && claimRef.name === name && claimRef.namespace === namespace && claimRef.uid === uid
  if (refers) return volume
  return {
    ...volume,
    metadata: isOurs ? annotated(volume.metadata, BOUND_BY_CONTROLLER) : volume.metadata,
    spec: {
      ...volume.spec,
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        name: name!,
        namespace: namespace!,
        uid: uid!,
        resourceVersion: resourceVersion!,
      },
    },
  }
}

/** A volume in this phase; what its status said of the one before goes. */
export function inPhase(volume: PersistentVolume, phase: NonNullable<PersistentVolumeStatus['phase']>): PersistentVolume {
  if (volume.status?.phase === phase) return volume
  const { message: _message, ...status } = volume.status ?? {}
  return { ...volume, status: { ...status, phase } }
}

/** Takes a volume's reference back: one of ours altogether, one of its maker's but for the uid, so that it stays kept for that name. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  const { [BOUND_BY_CONTROLLER]: ours, ...annotations } = volume.metadata.annotations ?? {}
  const { claimRef = {}, ...spec } = volume.spec ?? {}
  if (ours === undefined) {
    const { uid: _uid, ...kept } = claimRef
    return { ...volume, spec: { ...spec, claimRef: kept } }
  }
  const { annotations: _annotations, ...metadata } = volume.metadata
  return { ...volume, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata, spec }
}

/** Lets a claim name a volume and says that its binding is complete. */
export function naming(claim: PersistentVolumeClaim, volume: Readonly<PersistentVolume>): PersistentVolumeClaim {
  const isNamed = claim.spec?.volumeName === volume.metadata.name
  const marked = annotated(isNamed ? claim.metadata : annotated(claim.metadata, BOUND_BY_CONTROLLER), BIND_COMPLETED)
  if (isNamed) return marked === claim.metadata ? claim : { ...claim, metadata: marked }
  return { ...claim, metadata: marked, spec: { ...claim.spec, volumeName: volume.metadata.name! } }
}

/**
 * A claim that is Bound to this volume: its access modes are the volume's; its capacity only when it comes to be Bound, since later differences mean
 * a file system that has not grown yet; its current class of attributes only when it was Pending, since it is the resizer's from then on.
 */
export function boundTo(claim: PersistentVolumeClaim, volume: Readonly<PersistentVolume>, gates: Gates): PersistentVolumeClaim {
  const before = claim.status ?? {}
  const status = { ...before, phase: 'Bound' as const }
  const { accessModes, volumeAttributesClassName } = volume.spec ?? {}
  if (accessModes !== undefined && !deepEqual(before.accessModes ?? [], accessModes)) status.accessModes = accessModes
  if (before.phase !== 'Bound') {
    const capacity = usableCapacity(volume)
    const known = before.capacity?.['storage']
    if (known === undefined || parseQuantity(known).compare(parseQuantity(capacity['storage']!)) !== 0) status.capacity = capacity
  }
  if (before.phase === 'Pending' && volumeAttributesClassName !== undefined && gates.enabled('VolumeAttributesClass'))
    status.currentVolumeAttributesClassName = volumeAttributesClassName
  return deepEqual(before, status) ? claim : { ...claim, status }
}

/** What the file system of a volume has: before an expansion of it is complete, less than the volume. */
function usableCapacity({ metadata, spec }: Readonly<PersistentVolume>): Record<string, string> {
  const before = metadata.annotations?.[CAPACITY_BEFORE_EXPANSION]
  if (before !== undefined) return { ...spec?.capacity, storage: before }
  if (spec?.capacity?.['storage'] === undefined) throw new Error(`Cannot bind a claim to volume "${metadata.name}": it has no capacity`)
  return spec.capacity
}

/** A claim that has no volume, waiting for one or having lost it. */
export function without(claim: PersistentVolumeClaim, phase: 'Pending' | 'Lost', gates: Gates): PersistentVolumeClaim {
  const { accessModes: _modes, capacity: _capacity, currentVolumeAttributesClassName: current, ...rest } = claim.status ?? {}
  const isKept = current !== undefined && !gates.enabled('VolumeAttributesClass')
  const status = { ...rest, ...(isKept ? { currentVolumeAttributesClassName: current } : {}), phase }
  return deepEqual(claim.status ?? {}, status) ? claim : { ...claim, status }
}

function annotated<M extends { annotations?: Record<string, string> }>(metadata: M, name: string): M {
  return metadata.annotations?.[name] === undefined ? { ...metadata, annotations: { ...metadata.annotations, [name]: 'yes' } } : metadata
}
