import { CSINode as CsiNodeKind, PersistentVolume as VolumeKind, VolumeAttachment as AttachmentKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { CSINode, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { deepEqual, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { CsiDriverInfo, CsiDrivers } from '@kubetape/csi'
import type { StoreChange } from '@kubetape/informers'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { exponentialRateLimiter } from '@kubetape/workqueue'
import { map } from 'rxjs'
import { perform } from './perform-plan.ts'
import { type AttachmentObserved, plan } from './plan.ts'

/** Attachments under their driver, and under their node. */
const BY_DRIVER = 'attacher'
const BY_NODE = 'attacherNode'
/** Attachments under the name of their volume. */
export const BY_VOLUME = 'attacherVolume'
/** The index function of BY_VOLUME. */
export const volumeOfAttachment = ({ spec }: VolumeAttachment): string[] => [spec.source.persistentVolumeName ?? '']
/** The sidecar's --worker-threads, --retry-interval-start and --retry-interval-max. */
export const CONCURRENT_ATTACHMENTS = 10
export const RETRY = { baseMs: 1000, maxMs: 300_000 }

/** Attaches volumes to nodes through their drivers, as far as these are connected (CSI's external-attacher, one for all drivers). */
export function csiAttacherController({ drivers }: { readonly drivers: CsiDrivers }): Controller {
  return controllerFor<VolumeAttachment>(AttachmentKind, { predicate: isNews })
    .named('csi-attacher')
    .with({ concurrencyMax: CONCURRENT_ATTACHMENTS, rateLimiter: () => exponentialRateLimiter<string>(RETRY) })
    .watches<CSINode>(CsiNodeKind, ({ type, object, previous }, lookup) =>
      type === 'deleted' || deepEqual(driverNames(object), driverNames(previous))
        ? []
        : namesOf(lookup<VolumeAttachment>(AttachmentKind).byIndex(BY_NODE, object.metadata.name ?? '')),
    )
    .reads(VolumeKind)
    .index<VolumeAttachment>(AttachmentKind, BY_DRIVER, ({ spec }) => [spec.attacher])
    .index<VolumeAttachment>(AttachmentKind, BY_NODE, ({ spec }) => [spec.nodeName])
    .index<VolumeAttachment>(AttachmentKind, BY_VOLUME, volumeOfAttachment)
    .source('storage drivers', ({ lookup }) =>
      drivers.changes.pipe(map((name) => namesOf(lookup<VolumeAttachment>(AttachmentKind).byIndex(BY_DRIVER, name)))),
    )
    .reconcile(({ name }, context) => reconcile(name, drivers, context))
}

const driverNames = (node: CSINode | undefined): string[] => (node?.spec.drivers ?? []).map(({ name }) => name)

/** Attachments that wait for something. */
function namesOf(attachments: readonly VolumeAttachment[]): string[] {
  return attachments
    .filter(({ metadata, status }) => metadata.deletionTimestamp !== undefined || !status?.attached)
    .map(({ metadata }) => metadata.name ?? '')
}

/** What this controller writes itself, errors above all, leads to no run: that would defeat the back-off. */
function isNews({ object, previous }: StoreChange<VolumeAttachment>): boolean {
  if (previous === undefined || object.metadata.uid !== previous.metadata.uid) return true
  const isDeleted = object.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined
  return isDeleted || ((previous.status?.attached ?? false) && !object.status?.attached && object.metadata.deletionTimestamp === undefined)
}

async function reconcile(name: string, drivers: CsiDrivers, context: ReconcileContext): Promise<ReconcileResult> {
  const attachment = context.lister<VolumeAttachment>(AttachmentKind).get('', name)
  if (attachment === undefined) return {}
  const { attacher, nodeName, source } = attachment.spec
  const observed: AttachmentObserved = {
    attachment,
    volume:
      source.persistentVolumeName === undefined
        ? undefined
        : context.lister<PersistentVolume>(VolumeKind).get('', source.persistentVolumeName),
    csiNode: context.lister<CSINode>(CsiNodeKind).get('', nodeName),
    others:
      source.persistentVolumeName === undefined
        ? []
        : context
            .lister<VolumeAttachment>(AttachmentKind)
            .byIndex(BY_VOLUME, source.persistentVolumeName)
            .filter(({ metadata }) => metadata.name !== name),
    info: context.outside((): CsiDriverInfo | undefined => drivers.info(attacher)),
  }
  try {
    return (await perform(plan(observed), observed, drivers, context)) ? {} : { requeue: true }
  } catch (error) {
    // It is another one by now, or has changed.
    if (isNotFound(error)) return {}
    if (isConflict(error)) return { requeue: true }
    throw error
  }
}
