import type { Container, PersistentVolume, Pod, Volume } from '@kubetape/api/types/core/v1'

/** Objects that a node needs for a Pod, as `secrets/name`, all in the Pod's namespace. */
export function podReferences(pod: Pod): Set<string> {
  const { spec, status, metadata } = pod
  const found = new Set<string>()
  const add = (resource: string, name: string | undefined): void => {
    if (name) found.add(`${resource}/${name}`)
  }
  add('serviceaccounts', spec.serviceAccountName)
  for (const { name } of spec.imagePullSecrets ?? []) add('secrets', name)
  for (const container of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])])
    addEnvironment(container, add)
  for (const volume of spec.volumes ?? []) addVolume(volume, metadata.name ?? '', add)
  for (const claim of spec.resourceClaims ?? []) {
    const made = status?.resourceClaimStatuses?.find((one) => one.name === claim.name)?.resourceClaimName
    add('resourceclaims', claim.resourceClaimName ?? made)
  }
  return found
}

type Add = (resource: string, name: string | undefined) => void

function addEnvironment({ env, envFrom }: Container, add: Add): void {
  for (const { configMapRef, secretRef } of envFrom ?? []) {
    add('configmaps', configMapRef?.name)
    add('secrets', secretRef?.name)
  }
  for (const { valueFrom } of env ?? []) {
    add('configmaps', valueFrom?.configMapKeyRef?.name)
    add('secrets', valueFrom?.secretKeyRef?.name)
  }
}

function addVolume(volume: Volume, podName: string, add: Add): void {
  add('configmaps', volume.configMap?.name)
  add('secrets', volume.secret?.secretName)
  add('secrets', volume.azureFile?.secretName)
  add('secrets', volume.csi?.nodePublishSecretRef?.name)
  for (const source of [volume.cephfs, volume.cinder, volume.flexVolume, volume.rbd, volume.scaleIO, volume.iscsi, volume.storageos])
    add('secrets', source?.secretRef?.name)
  for (const { configMap, secret } of volume.projected?.sources ?? []) {
    add('configmaps', configMap?.name)
    add('secrets', secret?.name)
  }
  add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName)
  // The claim of an ephemeral volume is named after the Pod and the volume.
  if (volume.ephemeral) add('persistentvolumeclaims', `${podName}-${volume.name}`)
}

/** Secrets that a node needs to mount a volume, as `namespace/name`; without a namespace they are in that of the claim. */
export function volumeSecrets({ spec }: PersistentVolume): Set<string> {
  const found = new Set<string>()
  if (spec === undefined) return found
  const home = spec.claimRef?.namespace ?? ''
  const add = (reference: { readonly name?: string; readonly namespace?: string | null } | undefined): void => {
    if (reference?.name) found.add(`${reference.namespace || home}/${reference.name}`)
  }
  const { azureFile, csi } = spec
  if (azureFile) add({ name: azureFile.secretName, namespace: azureFile.secretNamespace ?? home })
  for (const source of [spec.cephfs, spec.cinder, spec.flexVolume, spec.rbd, spec.scaleIO, spec.iscsi, spec.storageos])
    add(source?.secretRef)
  add(csi?.nodePublishSecretRef)
  add(csi?.nodeStageSecretRef)
  add(csi?.nodeExpandSecretRef)
  return found
}
