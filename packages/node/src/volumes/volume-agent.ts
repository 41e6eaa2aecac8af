import {
  CSIDriver as DriverKind,
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  VolumeAttachment as AttachmentKind,
} from '@kubetape/api/kinds'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { CSIDriver, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { deepEqual, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { attachmentNameOf, type CsiDriverInfo, type CsiDrivers } from '@kubetape/csi'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { Controller, KindLookup, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { exponentialRateLimiter } from '@kubetape/workqueue'
import { from, map } from 'rxjs'
import { type MountObserved, planMount } from './mount-plan.ts'
import { type MountPlace, performStep } from './mount-steps.ts'
import type { MountedVolume, Mounts } from './mounts.ts'
import { BY_CLAIM, podClaims } from './pod-claims.ts'
import { hasEnded, POD_VOLUME_INDEXES, usersOf, volumeFor, WITH_CLAIMS_ON } from './pod-volumes.ts'

/** What all of the nodes' volumes need. */
export interface VolumeService {
  readonly mounts: Mounts
  readonly drivers: CsiDrivers
  /** The folder of a node's kubelet, as drivers are told it. */
  readonly kubelet: (node: string) => string
  readonly isOurs: (node: string) => boolean
}

/** Volumes of all nodes that are mounted at the same time. */
const CONCURRENT_VOLUMES = 50
/** How kubelets try again what has failed (exponential back-off of volume operations). */
const RETRY = { baseMs: 500, maxMs: 122_000 }
/** CSI volumes by their driver. */
const BY_DRIVER = 'simulatedNodesDriver'

/** Stages and publishes volumes for the Pods of simulated nodes, and takes them down: a kubelet's volume manager. Keys are `node/volume`. */
export function volumeAgent(service: VolumeService): Controller {
  const { mounts, drivers, isOurs } = service
  return {
    name: 'simulated-volumes',
    kind: VolumeKind,
    watches: [
      watch<Pod>(PodKind, (change, lookup) =>
        isOurs(change.object.spec.nodeName ?? '') && changesUse(change) ? keysOf(change.object, mounts, lookup) : [],
      ),
      watch<PersistentVolumeClaim>(ClaimKind, ({ type, object, previous }, lookup) =>
        type === 'deleted' || deepEqual(factsOf(object), factsOf(previous)) ? [] : keysOfUsers(object.metadata, service, lookup),
      ),
      watch<PersistentVolume>(VolumeKind, ({ type, object, previous }, lookup) =>
        type === 'deleted' || deepEqual(object.spec, previous?.spec) ? [] : keysOfUsers(object.spec.claimRef, service, lookup),
      ),
      watch<VolumeAttachment>(AttachmentKind, ({ type, object: { spec, status } }) =>
        type !== 'deleted' && status?.attached && isOurs(spec.nodeName) && spec.source.persistentVolumeName !== undefined
          ? [`${spec.nodeName}/${spec.source.persistentVolumeName}`]
          : [],
      ),
      watch<Node>(NodeKind, ({ object, previous }, lookup) =>
        isOurs(object.metadata.name ?? '') ? keysOfNode(object, previous, mounts, lookup) : [],
      ),
    ],
    reads: [DriverKind],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      ...POD_VOLUME_INDEXES,
      [VolumeKind, { [BY_DRIVER]: (volume) => [(volume as PersistentVolume).spec.csi?.driver ?? []].flat() }],
    ]),
    sources: [
      { name: 'earlier mounts', keys: () => from([mounts.all().map(keyOf)]) },
      {
        name: 'storage drivers',
        keys: ({ lookup }) =>
          drivers.changes.pipe(
            map((name) => [
              ...mounts
                .all()
                .filter(({ driver }) => driver === name)
                .map(keyOf),
              ...lookup<PersistentVolume>(VolumeKind)
                .byIndex(BY_DRIVER, name)
                .flatMap(({ spec }) => keysOfUsers(spec.claimRef, service, lookup)),
            ]),
          ),
      },
    ],
    options: { concurrencyMax: CONCURRENT_VOLUMES, rateLimiter: () => exponentialRateLimiter<string>(RETRY) },
    reconcile: ({ namespace: node, name: volume }, context) => reconcile(node, volume, service, context),
  }
}

function watch<T extends KubeObject>(kind: Kind<T>, map: Watch<T>['map']): Watch {
  return { kind, map, predicate: undefined, delayMs: undefined } as Watch<T> as unknown as Watch
}

const keyOf = ({ node, volume }: MountedVolume): string => `${node}/${volume}`

function changesUse({ type, object, previous }: StoreChange<Pod>): boolean {
  if (podClaims(object).length === 0) return false
  return type === 'deleted' || previous === undefined || !previous.spec.nodeName || hasEnded(object) !== hasEnded(previous)
}

/** What of a claim matters to a kubelet. */
const factsOf = (claim: PersistentVolumeClaim | undefined): never =>
  [claim?.spec.volumeName, claim?.status?.phase, claim?.status?.conditions] as never

/** The volumes of a Pod, and what is mounted for it still. */
function keysOf(pod: Pod, mounts: Mounts, lookup: KindLookup): string[] {
  const { namespace = '', uid = '' } = pod.metadata
  const claims = podClaims(pod).map((one) => lookup<PersistentVolumeClaim>(ClaimKind).get(`${namespace}/${one.claim}`))
  const named = claims.flatMap((claim) => (claim?.spec.volumeName ? [`${pod.spec.nodeName}/${claim.spec.volumeName}`] : []))
  return [...new Set([...named, ...mounts.ofPod(uid).map(keyOf)])]
}

function keysOfUsers(claim: PersistentVolume['spec']['claimRef'], { mounts, isOurs }: VolumeService, lookup: KindLookup): string[] {
  return usersOf(claim, lookup)
    .filter(({ spec }) => isOurs(spec.nodeName!))
    .flatMap((pod) => keysOf(pod, mounts, lookup))
}

/** What waits for the node to say, or to be told, something about volumes. */
function keysOfNode({ metadata, status }: Node, previous: Node | undefined, mounts: Mounts, lookup: KindLookup): string[] {
  const facts = (one: Node['status']): never => [one?.volumesInUse ?? [], one?.volumesAttached ?? []] as never
  if (previous !== undefined && deepEqual(facts(status), facts(previous.status))) return []
  return [
    ...new Set(
      lookup<Pod>(PodKind)
        .byIndex(WITH_CLAIMS_ON, metadata.name ?? '')
        .flatMap((pod) => keysOf(pod, mounts, lookup)),
    ),
  ]
}

async function reconcile(node: string, name: string, service: VolumeService, context: ReconcileContext): Promise<ReconcileResult> {
  for (;;) {
    const observed = observe(node, name, service, context)
    const driver = observed.mounted?.driver ?? observed.volume?.spec.csi?.driver
    const step = planMount(observed)
    if (step.type === 'none' || driver === undefined) return {}
    if (step.type === 'wait') return complain(observed, step.complaint, 'FailedMount', context)
    const place: MountPlace = { node, volume: name, driver, mounts: service.mounts, drivers: service.drivers }
    const failure = await performStep(step, observed, place, context)
    if (failure !== undefined) {
      if (failure.message === undefined) return { requeue: true }
      return complain(observed, failure.message, failure.reason, context)
    }
    if (step.type === 'expand') return {}
  }
}

function complain(
  { pods, mounted }: MountObserved,
  message: string | undefined,
  reason: string,
  { event }: ReconcileContext,
): ReconcileResult {
  if (message === undefined) return {}
  const waiting = pods.filter(({ metadata }) => reason !== 'FailedMount' || !mounted?.pods[metadata.uid ?? '']?.published)
  for (const pod of waiting) event(pod, 'Warning', reason, message, { component: 'kubelet' })
  return { requeue: true }
}

function observe(node: string, name: string, { mounts, drivers, kubelet }: VolumeService, context: ReconcileContext): MountObserved {
  const { lister, outside } = context
  const volume = lister<PersistentVolume>(VolumeKind).get('', name)
  const csi = volume?.spec.csi
  const { namespace = '', name: claimName = '' } = volume?.spec.claimRef ?? {}
  const claim = lister<PersistentVolumeClaim>(ClaimKind).get(namespace, claimName)
  const users = volume === undefined ? [] : lister<Pod>(PodKind).byIndex(BY_CLAIM, `${namespace}/${claimName}`)
  const { mounted, folder, info } = outside((): { mounted?: MountedVolume; folder: string; info?: CsiDriverInfo } => {
    const known = mounts.at(node, name)
    const connected = drivers.info(known?.driver ?? csi?.driver ?? '')
    return {
      folder: kubelet(node),
      ...(known === undefined ? {} : { mounted: known }),
      ...(connected === undefined ? {} : { info: connected }),
    }
  })
  return {
    node: lister<Node>(NodeKind).get('', node),
    kubelet: folder,
    volume,
    claim,
    pods: users.filter(
      (pod) =>
        pod.spec.nodeName === node &&
        !hasEnded(pod) &&
        podClaims(pod).some((one) => one.claim === claimName && volumeFor(pod, one, claim, () => volume) !== undefined),
    ),
    mounted,
    attachment: csi === undefined ? undefined : lister<VolumeAttachment>(AttachmentKind).get('', attachmentNameOf(csi, node)),
    csiDriver: csi === undefined ? undefined : lister<CSIDriver>(DriverKind).get('', csi.driver),
    info,
  }
}
