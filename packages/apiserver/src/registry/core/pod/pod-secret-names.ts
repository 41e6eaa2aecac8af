import type { PodSpec, Volume } from '@kubetape/api/types/core/v1'
import { allContainers } from './container-walk.ts'

/** Names of all Secrets that a Pod refers to: to pull images, in the environment of its containers, and in its volumes. */
export function* podSecretNames(spec: Readonly<PodSpec>): Generator<string> {
  for (const { name } of spec.imagePullSecrets ?? []) if (name) yield name
  for (const { env = [], envFrom = [] } of allContainers(spec)) {
    for (const { secretRef } of envFrom) if (secretRef?.name) yield secretRef.name
    for (const { valueFrom } of env) if (valueFrom?.secretKeyRef?.name) yield valueFrom.secretKeyRef.name
  }
  for (const volume of spec.volumes ?? []) yield* volumeSecretNames(volume)
}

function* volumeSecretNames(volume: Readonly<Volume>): Generator<string> {
  if (volume.azureFile) yield volume.azureFile.secretName
  if (volume.secret?.secretName) yield volume.secret.secretName
  for (const { secret } of volume.projected?.sources ?? []) if (secret?.name) yield secret.name
  const references = [volume.cephfs, volume.flexVolume, volume.rbd, volume.scaleIO, volume.iscsi, volume.storageos]
  for (const one of references) if (one?.secretRef?.name) yield one.secretRef.name
  if (volume.csi?.nodePublishSecretRef?.name) yield volume.csi.nodePublishSecretRef.name
}
