import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { attachedVolumeName, attachmentNameOf } from '@kubetape/csi'

/** The driver of all volumes here. */
export const DRIVER = 'csi.example.com'

/** The volume `pv-NAME` of the claim `NAME`, bound from both sides. */
export function boundVolume(
  name: string,
  accessModes: NonNullable<PersistentVolume['spec']['accessModes']> = ['ReadWriteOnce'],
  namespace = 'ns',
): PersistentVolume {
  return {
    metadata: { name: `pv-${name}` },
    spec: {
      accessModes,
      csi: { driver: DRIVER, volumeHandle: `handle-${name}` },
      claimRef: { namespace, name, uid: `claim-${name}` },
    },
    status: { phase: 'Bound' },
  }
}

export function boundClaim(name: string, namespace = 'ns'): PersistentVolumeClaim {
  return { metadata: { name, namespace, uid: `claim-${name}` }, spec: { volumeName: `pv-${name}` }, status: { phase: 'Bound' } }
}

/** A Pod that uses these claims. */
export function userOf(pod: string, node: string, claims: readonly string[], namespace = 'ns'): Pod {
  const volumes = claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))
  return { metadata: { name: pod, namespace, uid: pod }, spec: { nodeName: node, containers: [], volumes }, status: { phase: 'Running' } }
}

/** A ready node that leaves attaching to the controller; `inUse` are claims. */
export function managedNode(name: string, inUse: readonly string[] = [], rest: Partial<Node> = {}): Node {
  const named = (claim: string): string => attachedVolumeName({ driver: DRIVER, volumeHandle: `handle-${claim}` })
  return {
    spec: {},
    metadata: { name, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      volumesInUse: inUse.map(named),
      volumesAttached: inUse.map((claim) => ({ name: named(claim), devicePath: '' })),
    },
    ...rest,
  }
}

/** The attachment of a claim's volume, as the controller names it. */
export function attachmentOf(claim: string, node: string, status: VolumeAttachment['status'] = { attached: true }): VolumeAttachment {
  return {
    metadata: { name: attachmentNameOf({ driver: DRIVER, volumeHandle: `handle-${claim}` }, node) },
    spec: { attacher: DRIVER, nodeName: node, source: { persistentVolumeName: `pv-${claim}` } },
    status,
  }
}
