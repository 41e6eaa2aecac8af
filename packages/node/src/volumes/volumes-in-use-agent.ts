import {
  CSIDriver as DriverKind,
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
} from '@kubetape/api/kinds'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { CSIDriver } from '@kubetape/api/types/storage/v1'
import { deepEqual, isConflict, isNotFound } from '@kubetape/apimachinery'
import { attachedVolumeName } from '@kubetape/csi'
import { type Controller, controllerFor, type ReconcileContext } from '@kubetape/runtime'
import { map } from 'rxjs'
import { isAttachable } from './mount-plan.ts'
import { podClaims } from './pod-claims.ts'
import { hasEnded, POD_VOLUME_INDEXES, usersOf, volumesOf, WITH_CLAIMS_ON } from './pod-volumes.ts'
import type { VolumeService } from './volume-agent.ts'

/** Nodes served at the same time. */
const CONCURRENT_NODES = 10

/** Keeps what simulated nodes say of the volumes that they use: those that their Pods wait for or have, until they are taken down. */
export function volumesInUseAgent({ mounts, isOurs }: Pick<VolumeService, 'mounts' | 'isOurs'>): Controller {
  const nodesOf = (pods: readonly Pod[]): string[] => [...new Set(pods.map(({ spec }) => spec.nodeName!).filter(isOurs))]
  const builder = controllerFor<Node>(NodeKind, { predicate: () => false })
    .named('simulated-volumes-in-use')
    .with({ concurrencyMax: CONCURRENT_NODES })
    .watches<Pod>(PodKind, ({ type, object, previous }) => {
      if (!isOurs(object.spec.nodeName ?? '') || podClaims(object).length === 0) return []
      const isNews = type !== 'updated' || !previous?.spec.nodeName || hasEnded(object) !== hasEnded(previous)
      return isNews ? [object.spec.nodeName!] : []
    })
    .watches<PersistentVolumeClaim>(ClaimKind, ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.status?.phase !== previous?.status?.phase ? nodesOf(usersOf(object.metadata, lookup)) : [],
    )
    .watches<PersistentVolume>(VolumeKind, ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.spec.claimRef?.uid !== previous?.spec.claimRef?.uid
        ? nodesOf(usersOf(object.spec.claimRef, lookup))
        : [],
    )
    .reads(DriverKind)
    .source('mounts', () => mounts.changes.pipe(map(({ node }) => node)))
  for (const [kind, functions] of POD_VOLUME_INDEXES) for (const [name, fn] of Object.entries(functions)) builder.index(kind, name, fn)
  return builder.reconcile(({ name }, context) => reconcile(name, mounts, context))
}

async function reconcile(name: string, mounts: VolumeService['mounts'], context: ReconcileContext): Promise<void> {
  const { lister, outside, client } = context
  const node = lister<Node>(NodeKind).get('', name)
  if (node === undefined) return
  const names = new Set<string>(
    outside(() =>
      mounts
        .onNode(name)
        .filter(({ attachable }) => attachable)
        .map(attachedVolumeName),
    ),
  )
  for (const pod of lister<Pod>(PodKind).byIndex(WITH_CLAIMS_ON, name)) {
    if (hasEnded(pod)) continue
    for (const volume of volumesOf(pod, context)) {
      const csi = volume?.spec.csi
      if (csi !== undefined && isAttachable(lister<CSIDriver>(DriverKind).get('', csi.driver))) names.add(attachedVolumeName(csi))
    }
  }
  const volumesInUse = [...names].sort()
  if (deepEqual(volumesInUse, [...(node.status?.volumesInUse ?? [])].sort())) return
  const body = { metadata: { uid: node.metadata.uid }, status: { volumesInUse: volumesInUse.length === 0 ? null : volumesInUse } }
  try {
    await client.patch<Node>(NodeKind, { name }, { type: 'merge', body }, { subresource: 'status' })
  } catch (error) {
    // It is gone, or another one by now.
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
