import type { AttachedVolume, Node, PersistentVolume, Pod } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { findCondition } from '@kubetape/apimachinery'
import { attachedVolumeName, attachmentNameOf, volumeIdOf } from '@kubetape/csi'
import { attachmentEvents, type PodEvent } from './attachment-events.ts'

/** A volume that Pods of the node need attached to it. */
export interface WantedVolume {
  readonly volume: PersistentVolume
  readonly pods: readonly Pod[]
}

/** What is known about one node. */
export interface NodeObserved {
  readonly nodeName: string
  /** undefined: there is no such node any more. */
  readonly node: Node | undefined
  readonly wanted: readonly WantedVolume[]
  /** Those of this node. */
  readonly attachments: readonly VolumeAttachment[]
  readonly volumeOf: (name: string) => PersistentVolume | undefined
  /** Whether a volume of this name is, or is being, attached to other nodes, and the Pods that use it there. */
  readonly elsewhere: (volume: PersistentVolume) => { readonly isAttached: boolean; readonly pods: readonly Pod[] }
}

/** What is kept about a node between runs, by the names of attachments; JSON. */
export interface NodeMemory {
  /** Since when attachments are no longer wanted, in Unix milliseconds. */
  readonly detachSinceMs: Readonly<Record<string, number>>
  readonly waits: Readonly<Record<string, AttachWait>>
}

/** How far a wanted attachment has come. */
export interface AttachWait {
  /** When this try began. */
  readonly sinceMs: number
  readonly failures: number
  /** After a failure: when the next try begins. */
  readonly retryMs?: number
  /** Pods were told that the volume is attached elsewhere. */
  readonly multiAttachReported?: boolean
}

export interface AttachDetachPlan {
  /** What the node is to be told of its volumes before anything is detached; undefined: it says so already. */
  readonly report: readonly AttachedVolume[] | undefined
  readonly detach: readonly Detachment[]
  readonly attach: readonly { readonly name: string; readonly volume: PersistentVolume }[]
  readonly events: readonly PodEvent[]
  /** undefined: nothing need be remembered. */
  readonly memory: NodeMemory | undefined
  /** undefined: until something changes. */
  readonly requeueAfterMs: number | undefined
}

export interface Detachment {
  readonly attachment: VolumeAttachment
  /** Whether the node must be asked once more if it uses the volume; not after a time-out or where it is out of service. */
  readonly verify: boolean
}

/** How long a node that is not ready may take to unmount (kube-controller-manager's maxWaitForUnmountDuration). */
export const UNMOUNT_MAX_MS = 6 * 60_000
const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service'
/** Nodes that say this leave attaching to this controller. */
const MANAGED_ANNOTATION = 'volumes.kubernetes.io/controller-managed-attach-detach'
const MULTI_ATTACH_MODES = new Set(['ReadWriteMany', 'ReadOnlyMany'])
const NOTHING: NodeMemory = { detachSinceMs: {}, waits: {} }

/**
 * Plans for one node: what is wanted and not there is attached, unless another node has it and it allows no second; what nobody wants any more is
 * detached as soon as the node does not use it, after six minutes where the node is not ready, at once where it is out of service.
 */
export function plan(observed: NodeObserved, memory: NodeMemory = NOTHING, nowMs: number): AttachDetachPlan {
  const { node, nodeName } = observed
  const isManaged = node?.metadata.annotations?.[MANAGED_ANNOTATION] !== undefined
  const wanted = new Map(
    observed.wanted.map((one) => [attachmentNameOf(one.volume.spec.csi!, nodeName), one] as const).filter(() => isManaged),
  )
  const leaving = planLeaving(observed, wanted, memory, nowMs)
  const coming = planComing(observed, wanted, memory, nowMs)
  const detached = new Set(leaving.detach.map(({ attachment }) => attachment.metadata.name))
  const report = node === undefined ? undefined : reportOf(observed, node, detached)
  const isEmpty = Object.keys(leaving.detachSinceMs).length === 0 && Object.keys(coming.waits).length === 0
  const nextMs = Math.min(leaving.nextMs, coming.nextMs)
  return {
    report,
    detach: leaving.detach,
    attach: coming.attach,
    events: [
      ...coming.events,
      ...(report === undefined ? [] : attachmentEvents(report, node?.status?.volumesAttached ?? [], [...wanted.values()])),
    ],
    memory: isEmpty ? undefined : { detachSinceMs: leaving.detachSinceMs, waits: coming.waits },
    requeueAfterMs: nextMs === Infinity ? undefined : Math.max(0, nextMs - nowMs),
  }
}

interface Leaving {
  readonly detach: Detachment[]
  readonly detachSinceMs: Record<string, number>
  readonly nextMs: number
}

function planLeaving(observed: NodeObserved, wanted: ReadonlyMap<string, WantedVolume>, memory: NodeMemory, nowMs: number): Leaving {
  const { node, nodeName, attachments } = observed
  const inUse = new Set((node?.status?.volumesInUse ?? []).map((name) => attachmentOf(name, nodeName)))
  const isReady = findCondition(node?.status?.conditions, 'Ready')?.status === 'True'
  const isOutOfService = node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE_TAINT) ?? false
  const detach: Detachment[] = []
  const detachSinceMs: Record<string, number> = {}
  let nextMs = Infinity
  for (const attachment of attachments) {
    const { name = '', deletionTimestamp } = attachment.metadata
    if (wanted.has(name) || deletionTimestamp !== undefined || !isOurs(attachment, observed)) continue
    const sinceMs = memory.detachSinceMs[name] ?? nowMs
    detachSinceMs[name] = sinceMs
    const isLate = nowMs - sinceMs >= UNMOUNT_MAX_MS
    // Of a node that is gone nobody can say that it does not use the volume.
    const isMounted = node === undefined || inUse.has(name)
    if (!isMounted || isOutOfService || (isLate && !isReady)) detach.push({ attachment, verify: !isLate && !isOutOfService })
    else if (!isLate) nextMs = Math.min(nextMs, sinceMs + UNMOUNT_MAX_MS)
  }
  return { detach, detachSinceMs, nextMs }
}

/** Attachments that somebody else has made, under names of their own, are left to them. */
function isOurs({ metadata, spec }: VolumeAttachment, { node, nodeName, volumeOf }: NodeObserved): boolean {
  const csi = volumeOf(spec.source.persistentVolumeName ?? '')?.spec.csi
  if (csi !== undefined) return attachmentNameOf(csi, nodeName) === metadata.name
  return (node?.status?.volumesAttached ?? []).some(({ name }) => attachmentOf(name, nodeName) === metadata.name)
}

interface Coming {
  readonly attach: { name: string; volume: PersistentVolume }[]
  readonly events: PodEvent[]
  readonly waits: Record<string, AttachWait>
  readonly nextMs: number
}

function planComing(observed: NodeObserved, wanted: ReadonlyMap<string, WantedVolume>, memory: NodeMemory, nowMs: number): Coming {
  const known = new Map(observed.attachments.map((one) => [one.metadata.name, one]))
  const attach: Coming['attach'] = []
  const events: PodEvent[] = []
  const waits: Record<string, AttachWait> = {}
  let nextMs = Infinity
  for (const [name, one] of wanted) {
    const attachment = known.get(name)
    const before = memory.waits[name] ?? { sinceMs: nowMs, failures: 0 }
    if (attachment?.status?.attached && attachment.metadata.deletionTimestamp === undefined) continue
    if (attachment === undefined) {
      const { isAttached, pods } = observed.elsewhere(one.volume)
      if (isAttached && !allowsMultiAttach(one.volume)) {
        if (!before.multiAttachReported) events.push(...multiAttachEvents(one, pods))
        waits[name] = { ...before, sinceMs: nowMs, multiAttachReported: true }
        continue
      }
      attach.push({ name, volume: one.volume })
    }
    const { wait, event, dueMs } = waitFor(one, attachment, before.multiAttachReported ? { sinceMs: nowMs, failures: 0 } : before, nowMs)
    waits[name] = wait
    nextMs = Math.min(nextMs, dueMs)
    if (event !== undefined) for (const pod of one.pods) events.push({ pod, type: 'Warning', reason: 'FailedAttachVolume', message: event })
  }
  return { attach, events, waits, nextMs }
}

/** How long one try waits for the driver's attacher (CSI's default time-out), and how the tries follow each other. */
const ATTACH_MAX_MS = 120_000
const RETRY_BASE_MS = 500
const RETRY_MAX_MS = 122_000

/** One try: it fails when the attacher says why it cannot, or says nothing for too long; the next one waits twice as long as the last. */
function waitFor(
  { volume }: WantedVolume,
  attachment: VolumeAttachment | undefined,
  before: AttachWait,
  nowMs: number,
): { wait: AttachWait; event: string | undefined; dueMs: number } {
  const { sinceMs, failures, retryMs } = before
  if (retryMs !== undefined && nowMs < retryMs) return { wait: before, event: undefined, dueMs: retryMs }
  const begunMs = retryMs ?? sinceMs
  const refused = attachment?.status?.attachError?.message
  const { driver, volumeHandle } = volume.spec.csi!
  const late = `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${volumeHandle}`
  const why = refused ?? (nowMs - begunMs >= ATTACH_MAX_MS ? late : undefined)
  if (why === undefined) return { wait: { sinceMs: begunMs, failures }, event: undefined, dueMs: begunMs + ATTACH_MAX_MS }
  const dueMs = nowMs + Math.min(RETRY_BASE_MS * 2 ** failures, RETRY_MAX_MS)
  const event = `AttachVolume.Attach failed for volume "${volume.metadata.name}" : ${why}`
  return { wait: { sinceMs: begunMs, failures: failures + 1, retryMs: dueMs }, event, dueMs }
}

/** Volumes that say nothing about it are trusted to bear it. */
function allowsMultiAttach({ spec: { accessModes = [] } }: PersistentVolume): boolean {
  return accessModes.length === 0 || accessModes.some((mode) => MULTI_ATTACH_MODES.has(mode))
}

/** Whoever waits learns which Pods of its own namespace have the volume, and of others only how many. */
function multiAttachEvents({ volume, pods }: WantedVolume, users: readonly Pod[]): PodEvent[] {
  return pods.map((pod) => {
    const local = users.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).map(({ metadata }) => metadata.name)
    const others = `${users.length - local.length} pod(s) in different namespaces`
    const named = `Volume is already used by pod(s) ${local.join(', ')}${users.length > local.length ? ` and ${others}` : ''}`
    const text =
      users.length === 0
        ? "Volume is already exclusively attached to one node and can't be attached to another"
        : local.length > 0
          ? named
          : `Volume is already used by ${others}`
    return {
      pod,
      type: 'Warning',
      reason: 'FailedAttachVolume',
      message: `Multi-Attach error for volume "${volume.metadata.name}" ${text}`,
    }
  })
}

/** What is attached and stays so; undefined where the node has been told so. */
function reportOf(observed: NodeObserved, node: Node, detached: ReadonlySet<string | undefined>): AttachedVolume[] | undefined {
  const known = node.status?.volumesAttached ?? []
  const attached = new Map<string, string>()
  for (const attachment of observed.attachments) {
    const { name = '', deletionTimestamp } = attachment.metadata
    if (!attachment.status?.attached || deletionTimestamp !== undefined || detached.has(name) || !isOurs(attachment, observed)) continue
    const csi = observed.volumeOf(attachment.spec.source.persistentVolumeName ?? '')?.spec.csi
    const told = csi === undefined ? known.find((one) => attachmentOf(one.name, observed.nodeName) === name)?.name : attachedVolumeName(csi)
    if (told !== undefined) attached.set(told, '')
  }
  // Names of other plugins are not ours to take away.
  const kept = known.filter(({ name }) => volumeIdOf(name) === undefined || attached.has(name))
  const names = new Set(kept.map(({ name }) => name))
  const added = [...attached].filter(([name]) => !names.has(name)).map(([name, devicePath]) => ({ name, devicePath }))
  return kept.length === known.length && added.length === 0 ? undefined : [...kept, ...added]
}

function attachmentOf(attachedName: string, nodeName: string): string | undefined {
  const id = volumeIdOf(attachedName)
  return id === undefined ? undefined : attachmentNameOf(id, nodeName)
}
