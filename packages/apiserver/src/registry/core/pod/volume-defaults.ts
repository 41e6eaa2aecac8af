import type { Gates } from '@kubetape/client-go-features'
import type { DownwardAPIVolumeFile, Volume, VolumeProjection } from '@kubetape/api/types/core/v1'
import { defaultFieldRef, defaultResourceFieldRef } from './container-defaults.ts'
import { defaultPullPolicy } from './image-name.ts'

/** `0644`, the mode of files in volumes made of API objects. */
const FILE_MODE = 0o644
/** Seconds that a projected ServiceAccount token lasts. */
const TOKEN_SECONDS = 3600

/** Fills in one volume of a Pod or a template; a volume of no source is an emptyDir (API reference, Volume). */
export function defaultVolume(volume: Volume, gates: Gates): void {
  if (Object.entries(volume).every(([field, source]) => field === 'name' || source === undefined || source === null)) volume.emptyDir = {}
  if (volume.hostPath) volume.hostPath.type ??= ''
  if (volume.secret) volume.secret.defaultMode ??= FILE_MODE
  if (volume.configMap) volume.configMap.defaultMode ??= FILE_MODE
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= FILE_MODE
    defaultFiles(volume.downwardAPI.items)
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= FILE_MODE
    for (const source of volume.projected.sources ?? []) defaultProjection(source)
  }
  if (volume.ephemeral?.volumeClaimTemplate) {
    const template = volume.ephemeral.volumeClaimTemplate
    template.spec ??= {}
    template.spec.volumeMode ??= 'Filesystem'
  }
  if (volume.image && gates.enabled('ImageVolume')) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference ?? '')
}

function defaultFiles(files: DownwardAPIVolumeFile[] | undefined): void {
  for (const file of files ?? []) {
    if (file.fieldRef) defaultFieldRef(file.fieldRef)
    if (file.resourceFieldRef) defaultResourceFieldRef(file.resourceFieldRef)
  }
}

function defaultProjection(source: VolumeProjection): void {
  if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS
  defaultFiles(source.downwardAPI?.items)
}
