import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import type { Misfit } from '../node-fit.ts'
import { mayUse, podClaims } from './pod-claims.ts'
import { allowsTopology, chooseVolume, NO_PROVISIONER, reaches } from './volume-choice.ts'

/** Where claims and what stands behind them are found. */
export interface VolumeView {
  readonly claimOf: (namespace: string, name: string) => PersistentVolumeClaim | undefined
  readonly volumeOf: (name: string) => PersistentVolume | undefined
  readonly classOf: (name: string) => StorageClass | undefined
  /** Volumes of a class that no claim has yet. */
  readonly freeVolumes: (className: string) => readonly PersistentVolume[]
  /** The volume that is kept for this claim. */
  readonly reservedFor: (claim: PersistentVolumeClaim) => PersistentVolume | undefined
  /** Whether another Pod with a node uses the claim now. */
  readonly isUsed: (claimKey: string, by: Pod) => boolean
}

/** What is to be done for one claim once a node is chosen: take this volume, or have one made for the node. */
export interface ClaimChoice {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume | undefined
}

/** What a Pod's claims mean for where it can go. */
export type VolumeNeeds =
  /** Nowhere, in kube-scheduler's words. */
  | { readonly type: 'refused'; readonly message: string }
  | {
      readonly type: 'bound'
      readonly misfit: (node: Node) => Misfit | undefined
    }
  /** Claims wait for the Pod's node; `choices` says what is left to do for them there: nothing, when all has been asked for. */
  | {
      readonly type: 'waiting'
      readonly misfit: (node: Node) => Misfit | undefined
      readonly choices: (node: Node) => readonly ClaimChoice[]
    }

/** What claims that wait for their first consumer say of the node that it runs on. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
const AFFINITY_CONFLICT: Misfit = { reasons: ['node(s) had volume node affinity conflict'], helpless: true }
const VOLUME_LOST: Misfit = { reasons: ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'], helpless: true }
const NOTHING_TO_BIND: Misfit = { reasons: ["node(s) didn't find available persistent volumes to bind"], helpless: true }
const USED_ONCE: Misfit = {
  reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'],
  helpless: false,
}

/** Reads a Pod's claims as kube-scheduler's volume binding does. `taken`: volumes that Pods before it in the same round get; `used`: their claims. */
export function volumeNeeds(pod: Pod, view: VolumeView, taken: ReadonlySet<string>, used: ReadonlySet<string>): VolumeNeeds {
  const { namespace = '', name: podName = '' } = pod.metadata
  const bound: PersistentVolumeClaim[] = []
  const waiting: PersistentVolumeClaim[] = []
  let isImmediate = false
  let isUsed = false
  for (const one of podClaims(pod)) {
    const claim = view.claimOf(namespace, one.claim)
    if (claim === undefined) {
      const missing = `persistentvolumeclaim "${one.claim}" not found`
      const soon = `waiting for ephemeral volume controller to create the persistentvolumeclaim "${one.claim}"`
      return { type: 'refused', message: one.ephemeral ? soon : missing }
    }
    const lost = claim.status?.phase === 'Lost'
    if (lost)
      return {
        type: 'refused',
        message: `persistentvolumeclaim "${one.claim}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`,
      }
    if (claim.metadata.deletionTimestamp !== undefined)
      return { type: 'refused', message: `persistentvolumeclaim "${one.claim}" is being deleted` }
    if (!mayUse(pod, one, claim))
      return {
        type: 'refused',
        message: `PVC "${namespace}/${one.claim}" was not created for pod "${namespace}/${podName}" (pod is not owner)`,
      }
    if (claim.spec.accessModes?.includes('ReadWriteOncePod'))
      isUsed ||= used.has(`${namespace}/${one.claim}`) || view.isUsed(`${namespace}/${one.claim}`, pod)
    if (isBound(claim)) bound.push(claim)
    else if (isDelayed(claim, view)) waiting.push(claim)
    else isImmediate = true
  }
  if (isImmediate) return { type: 'refused', message: 'pod has unbound immediate PersistentVolumeClaims' }
  const boundMisfit = (node: Node): Misfit | undefined => (isUsed ? USED_ONCE : misfitOfBound(bound, node, view))
  if (waiting.length === 0) return { type: 'bound', misfit: boundMisfit }
  const choices = (node: Node): ClaimChoice[] | undefined => choose(waiting, node, view, taken)
  return {
    type: 'waiting',
    misfit: (node) => boundMisfit(node) ?? (choices(node) === undefined ? NOTHING_TO_BIND : undefined),
    choices: (node) => choices(node) ?? [],
  }
}

/** Bound is what the binder has finished with. */
const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined

/** A claim that is bound to a volume already, though not to the end, does not wait for a Pod. */
function isDelayed({ spec }: PersistentVolumeClaim, view: VolumeView): boolean {
  return !spec.volumeName && view.classOf(spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer'
}

function misfitOfBound(claims: readonly PersistentVolumeClaim[], node: Node, { volumeOf }: VolumeView): Misfit | undefined {
  for (const { spec } of claims) {
    const volume = volumeOf(spec.volumeName!)
    if (volume === undefined) return VOLUME_LOST
    if (!reaches(volume, node)) return AFFINITY_CONFLICT
  }
  return undefined
}

/** A volume, or somebody who makes one, for each claim; undefined: one of them finds none on this node. */
function choose(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  view: VolumeView,
  taken: ReadonlySet<string>,
): ClaimChoice[] | undefined {
  const used = new Set(taken)
  const choices: ClaimChoice[] = []
  for (const claim of claims) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE]
    if (selected !== undefined && selected !== node.metadata.name) return undefined
    const reserved = view.reservedFor(claim)
    if (reserved !== undefined && !reaches(reserved, node)) return undefined
    if (selected !== undefined || reserved !== undefined) continue
    const className = claim.spec.storageClassName ?? ''
    const volume = chooseVolume(claim, view.freeVolumes(className), node, used)
    const storageClass = view.classOf(className)
    const isMade = storageClass !== undefined && storageClass.provisioner !== NO_PROVISIONER && allowsTopology(storageClass, node)
    if (volume === undefined && !isMade) return undefined
    if (volume !== undefined) used.add(volume.metadata.name ?? '')
    choices.push({ claim, volume })
  }
  return choices
}
