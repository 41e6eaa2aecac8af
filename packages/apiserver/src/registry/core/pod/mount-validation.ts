import { type FieldError, type FieldPath, forbidden, invalid, notFoundValue, notSupported, required } from '@kubetape/apimachinery'
import type { Volume, VolumeDevice, VolumeMount } from '@kubetape/api/types/core/v1'
import type { AnyContainer } from './container-walk.ts'
import { checkDescendingPath, checkNoBacksteps } from './file-path-rule.ts'

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIVE_READ_ONLY = ['Disabled', 'Enabled', 'IfPossible']

/** Validates where a container mounts the Pod's valid volumes (API reference, VolumeMount). */
export function validateMounts(container: AnyContainer, volumes: ReadonlyMap<string, Volume>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const devices = container.volumeDevices ?? []
  const points = new Set<string>()
  for (const [at, mount] of (container.volumeMounts ?? []).entries()) {
    const place = path.index(at)
    const name = mount.name ?? ''
    const point = mount.mountPath ?? ''
    if (name === '') errors.push(required(place.child('name')))
    if (!volumes.has(name)) errors.push(notFoundValue(place.child('name'), name))
    if (point === '') errors.push(required(place.child('mountPath')))
    if (points.has(point)) errors.push(invalid(place.child('mountPath'), point, 'must be unique'))
    points.add(point)
    if (devices.some((device) => device.name === name))
      errors.push(invalid(place.child('name'), name, 'must not already exist in volumeDevices'))
    if (devices.some((device) => device.devicePath === point))
      errors.push(invalid(place.child('mountPath'), point, 'must not already exist as a path in volumeDevices'))
    errors.push(
      ...validateSubPaths(mount, path, place),
      ...validatePropagation(mount, container, path),
      ...validateRecursiveReadOnly(mount, path),
    )
  }
  return errors
}

function validateSubPaths(mount: VolumeMount, path: FieldPath, place: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (mount.subPath) errors.push(...checkDescendingPath(path.child('subPath'), mount.subPath))
  if (!mount.subPathExpr) return errors
  if (mount.subPath) errors.push(invalid(place.child('subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
  return [...errors, ...checkDescendingPath(path.child('subPathExpr'), mount.subPathExpr)]
}

function validatePropagation({ mountPropagation }: VolumeMount, container: AnyContainer, path: FieldPath): FieldError[] {
  if (mountPropagation === undefined) return []
  const place = path.child('mountPropagation')
  const errors = PROPAGATIONS.includes(mountPropagation) ? [] : [notSupported(place, mountPropagation, PROPAGATIONS)]
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(forbidden(place, 'Bidirectional mount propagation is available only to privileged containers'))
  }
  return errors
}

/** KEP-3857, recursive read-only mounts. */
function validateRecursiveReadOnly(mount: VolumeMount, path: FieldPath): FieldError[] {
  const { recursiveReadOnly } = mount
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  const place = path.child('recursiveReadOnly')
  if (!RECURSIVE_READ_ONLY.includes(recursiveReadOnly)) return [notSupported(place, recursiveReadOnly, RECURSIVE_READ_ONLY)]
  const errors: FieldError[] = []
  if (!mount.readOnly) errors.push(forbidden(place, 'may only be specified when readOnly is true'))
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(place, 'may only be specified when mountPropagation is None or not specified'))
  }
  return errors
}

/** Validates the block devices of a container (API reference, VolumeDevice). */
export function validateDevices(container: AnyContainer, volumes: ReadonlyMap<string, Volume>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const [at, device] of (container.volumeDevices ?? []).entries()) {
    errors.push(...validateDevice(device, container.volumeMounts ?? [], volumes.get(device.name ?? ''), path.index(at), { names, paths }))
    if (device.name) names.add(device.name)
  }
  return errors
}

function validateDevice(
  device: VolumeDevice,
  mounts: readonly VolumeMount[],
  volume: Volume | undefined,
  path: FieldPath,
  seen: { names: Set<string>; paths: Set<string> },
): FieldError[] {
  const errors: FieldError[] = []
  const name = device.name ?? ''
  const devicePath = device.devicePath ?? ''
  if (name === '') errors.push(required(path.child('name')))
  if (seen.names.has(name)) errors.push(invalid(path.child('name'), name, 'must be unique'))
  if (volume === undefined) errors.push(notFoundValue(path.child('name'), name))
  else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
    errors.push(invalid(path.child('name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'))
  }
  const place = path.child('devicePath')
  if (devicePath === '') errors.push(required(place))
  if (seen.paths.has(devicePath)) errors.push(invalid(place, devicePath, 'must be unique'))
  if (checkNoBacksteps(place, devicePath).length > 0) errors.push(invalid(place, devicePath, "can not contain backsteps ('..')"))
  else seen.paths.add(devicePath)
  if (mounts.some((mount) => mount.name === name)) errors.push(invalid(path.child('name'), name, 'must not already exist in volumeMounts'))
  if (mounts.some((mount) => mount.mountPath === devicePath))
    errors.push(invalid(place, devicePath, 'must not already exist as a path in volumeMounts'))
  return errors
}
