import {
  CSIDriver as DriverKind,
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  VolumeAttachment as AttachmentKind,
} from '@kubetape/api/kinds'
import type { AttachedVolume, Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { CSIDriver, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { deepEqual, isAlreadyExists, isConflict, isNotFound, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { attachmentNameOf, volumeIdOf } from '@kubetape/csi'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { Controller, KindLookup, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { BY_CLAIM, claimsOf } from '../claim-protection/claim-use.ts'
import { type Detachment, type NodeMemory, type NodeObserved, plan } from './plan.ts'
import { isTerminated, wantedVolumes } from './wanted-volumes.ts'

/** Pods with claims, and attachments, under the name of their node. */
const BY_NODE = 'attachNode'
/** Attachments under the name of their volume. */
const BY_VOLUME = 'attachVolume'
/** The name under which upstream's controller reports. */
const EVENT_COMPONENT = 'attachdetach-controller'
/** A volume whose node turned out to use it still is looked at again after this time. */
const STILL_USED_MS = 1000

/** Brings volumes to the nodes of the Pods that use them, and takes them away (kube-controller-manager's persistentvolume-attach-detach-controller). */
export function attachDetachController(): Controller {
  const watches = [
    watch<Pod>(PodKind, (change) => (changesUse(change) ? [change.object.spec.nodeName!] : [])),
    watch<PersistentVolumeClaim>(ClaimKind, ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.status?.phase !== previous?.status?.phase ? nodesOfClaim(object.metadata, lookup) : [],
    ),
    watch<PersistentVolume>(VolumeKind, ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.spec.claimRef?.uid !== previous?.spec.claimRef?.uid ? nodesOfClaim(object.spec.claimRef, lookup) : [],
    ),
    watch<VolumeAttachment>(AttachmentKind, ({ object, type }, lookup) => [
      object.spec.nodeName,
      // Whoever waits for it elsewhere may have it now.
      ...(type === 'deleted' ? nodesOfVolume(object.spec.source.persistentVolumeName, lookup) : []),
    ]),
    watch<Node>(NodeKind, (change, lookup) =>
      changesNode(change) && concerns(change.object, lookup) ? [change.object.metadata.name!] : [],
    ),
  ]
  return {
    name: 'persistentvolume-attach-detach-controller',
    kind: NodeKind,
    watches,
    reads: [DriverKind],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      [
        PodKind,
        {
          // The same function as that of the claims' protection: the index is shared.
          [BY_CLAIM]: claimsOf as unknown as (object: KubeObject) => readonly string[],
          [BY_NODE]: (pod: KubeObject) => (hasVolumes(pod as unknown as Pod) ? [(pod as unknown as Pod).spec.nodeName!] : []),
        },
      ],
      [
        AttachmentKind,
        {
          [BY_NODE]: (one: KubeObject) => [(one as unknown as VolumeAttachment).spec.nodeName],
          [BY_VOLUME]: (one: KubeObject) => [(one as unknown as VolumeAttachment).spec.source.persistentVolumeName ?? ''],
        },
      ],
    ]),
    // One node after the other: what one is given, the next must see.
    options: {},
    reconcile: ({ name }, context) => reconcile(name, context),
  }
}

function watch<T extends KubeObject>(kind: Watch<T>['kind'], map: Watch<T>['map']): Watch {
  return { kind, map, predicate: undefined, delayMs: undefined } as Watch<T> as unknown as Watch
}

/** Pods without claims never lead to a run. */
const hasVolumes = (pod: Pod): boolean => Boolean(pod.spec.nodeName) && claimsOf(pod).length > 0

function changesUse({ type, object, previous }: StoreChange<Pod>): boolean {
  if (!hasVolumes(object)) return false
  return type === 'deleted' || previous === undefined || !previous.spec.nodeName || isTerminated(object) !== isTerminated(previous)
}

function nodesOfClaim(claim: { namespace?: string; name?: string } | undefined, lookup: KindLookup): string[] {
  if (claim === undefined) return []
  const users = lookup<Pod>(PodKind).byIndex(BY_CLAIM, `${claim.namespace ?? ''}/${claim.name ?? ''}`)
  return [...new Set(users.map(({ spec }) => spec.nodeName).filter((name) => name !== undefined && name !== ''))] as string[]
}

const nodesOfVolume = (name: string | undefined, lookup: KindLookup): string[] =>
  name === undefined ? [] : nodesOfClaim(lookup<PersistentVolume>(VolumeKind).get(name)?.spec.claimRef, lookup)

/** What counts of a node; heartbeats do not. */
function changesNode({ type, object, previous }: StoreChange<Node>): boolean {
  if (type !== 'updated' || previous === undefined) return true
  const facts = ({ metadata, spec, status }: Node): unknown[] => [
    status?.volumesInUse ?? [],
    spec?.taints ?? [],
    metadata.annotations ?? {},
    status?.conditions?.find((one) => one.type === 'Ready')?.status,
  ]
  return !deepEqual(facts(object), facts(previous))
}

const concerns = ({ metadata: { name = '' } }: Node, lookup: KindLookup): boolean =>
  lookup(AttachmentKind).byIndex(BY_NODE, name).length > 0 || lookup(PodKind).byIndex(BY_NODE, name).length > 0

function observe(nodeName: string, { lister }: ReconcileContext): NodeObserved {
  const pods = lister<Pod>(PodKind)
  const claims = lister<PersistentVolumeClaim>(ClaimKind)
  const volumes = lister<PersistentVolume>(VolumeKind)
  const attachments = lister<VolumeAttachment>(AttachmentKind)
  const volumeOf = (name: string): PersistentVolume | undefined => volumes.get('', name)
  return {
    nodeName,
    node: lister<Node>(NodeKind).get('', nodeName),
    wanted: wantedVolumes(pods.byIndex(BY_NODE, nodeName), {
      claimsOf: (pod) => claimsOf(pod).map((key) => claims.get(pod.metadata.namespace ?? '', key.slice(key.indexOf('/') + 1))),
      volumeOf,
      driverOf: (name) => lister<CSIDriver>(DriverKind).get('', name),
    }),
    attachments: attachments.byIndex(BY_NODE, nodeName),
    volumeOf,
    elsewhere: ({ metadata, spec }) => {
      const nodes = attachments.byIndex(BY_VOLUME, metadata.name ?? '').map((one) => one.spec.nodeName)
      const others = new Set(nodes.filter((name) => name !== nodeName))
      const users = pods.byIndex(BY_CLAIM, `${spec.claimRef?.namespace ?? ''}/${spec.claimRef?.name ?? ''}`)
      return { isAttached: others.size > 0, pods: users.filter((pod) => others.has(pod.spec.nodeName ?? '') && !isTerminated(pod)) }
    },
  }
}

async function reconcile(nodeName: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { client, event } = context
  const observed = observe(nodeName, context)
  const planned = plan(observed, context.carried as NodeMemory | undefined, context.nowMs())
  // The node is told first: what it is no longer told of it does not mount.
  const node = planned.report === undefined ? undefined : await report(observed.node!, planned.report, context)
  for (const one of planned.events) event(one.pod, one.type, one.reason, one.message, { component: EVENT_COMPONENT })
  let isUsed = false
  for (const one of planned.detach) isUsed = !(await detach(one, observed, node, context)) || isUsed
  for (const { name, volume } of planned.attach) await attach(name, nodeName, volume, client)
  context.carry(planned.memory)
  const { requeueAfterMs } = planned
  if (isUsed) return { requeueAfterMs: Math.min(STILL_USED_MS, requeueAfterMs ?? Infinity) }
  return requeueAfterMs === undefined ? {} : { requeueAfterMs }
}

/** Answers the node as it is now; undefined: it is gone. */
async function report(
  { metadata: { name = '', uid } }: Node,
  volumes: readonly AttachedVolume[],
  context: ReconcileContext,
): Promise<Node | undefined> {
  const body = { metadata: { uid }, status: { volumesAttached: volumes.length === 0 ? null : volumes } }
  try {
    return await context.client.patch<Node>(NodeKind, { name }, { type: 'merge', body }, { subresource: 'status' })
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return undefined
    throw error
  }
}

/** False: the node uses the volume after all, and has it for longer. */
async function detach(
  { attachment, verify }: Detachment,
  { nodeName, node: seen }: NodeObserved,
  told: Node | undefined,
  { client }: ReconcileContext,
): Promise<boolean> {
  const { name = '', uid } = attachment.metadata
  try {
    if (verify && seen !== undefined) {
      // The informer may be behind what the node has said meanwhile.
      const node = told ?? (await client.get<Node>(NodeKind, { name: nodeName }))
      const used = (node.status?.volumesInUse ?? []).map(volumeIdOf).filter((id) => id !== undefined)
      if (used.some((id) => attachmentNameOf(id, nodeName) === name)) return false
    }
    await client.delete<VolumeAttachment>(AttachmentKind, { name }, uid === undefined ? {} : { preconditions: { uid } })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
  return true
}

async function attach(name: string, nodeName: string, volume: PersistentVolume, client: ReconcileContext['client']): Promise<void> {
  const attachment: VolumeAttachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher: volume.spec.csi!.driver, nodeName, source: { persistentVolumeName: volume.metadata.name! } },
  }
  try {
    await client.create<VolumeAttachment>(AttachmentKind, attachment)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
