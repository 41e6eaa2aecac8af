import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'

/** A Pod in `ns` that uses these claims. */
export const podWith = (claims: readonly string[], metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'ns', uid: 'p', ...metadata },
  spec: {
    containers: [{ name: 'c' }],
    volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  },
  status: { phase: 'Pending' },
})

/** A claim of 1Gi in `ns`, of the class `late`, that waits. */
export const claimOf = (
  name: string,
  spec: Partial<PersistentVolumeClaim['spec']> = {},
  metadata: Partial<PersistentVolumeClaim['metadata']> = {},
): PersistentVolumeClaim => ({
  metadata: { name, namespace: 'ns', uid: `uid-${name}`, ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'late', resources: { requests: { storage: '1Gi' } }, ...spec },
  status: { phase: 'Pending' },
})

/** The same, bound to `pv-NAME`. */
export const boundClaimOf = (name: string, spec: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  ...claimOf(name, { volumeName: `pv-${name}`, ...spec }, { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }),
  status: { phase: 'Bound' },
})

/** A free volume of the class `late`; `node` is the only one that reaches it. */
export const volumeOf = (name: string, storage = '1Gi', node?: string, spec: Partial<PersistentVolume['spec']> = {}): PersistentVolume => ({
  metadata: { name },
  spec: {
    capacity: { storage },
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'late',
    ...(node === undefined
      ? {}
      : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'name', operator: 'In', values: [node] }] }] } } }),
    ...spec,
  },
  status: { phase: 'Available' },
})

export const labelled = (name: string): Node => ({
  metadata: { name, labels: { name } },
  spec: {},
  status: { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } },
})
