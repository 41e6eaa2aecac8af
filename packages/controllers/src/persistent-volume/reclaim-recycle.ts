import { Event as EventKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { Event as CoreEvent, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { isAlreadyExists, isNotFound } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'
import { BY_CLAIM } from '../claim-protection/claim-use.ts'
import { EVENT_SOURCE } from './event-source.ts'
import { isReleased, readVolume } from './live-reads.ts'
import { planRecycling, podsUsing, RECYCLER_NAMESPACE, recyclerName, recyclerPod } from './recycle-plan.ts'
import { failVolume } from './volume-phase.ts'
import { pluginOf, type Recycling, type VolumePlugin } from './volume-plugin.ts'

/** How far scrubbing has come. */
export type RecycleOutcome =
  /** The volume is clean: its reference may be taken back. */
  | { readonly type: 'clean'; readonly volume: Readonly<PersistentVolume> }
  /** The Pod with this uid is at work; undefined: none is. */
  | { readonly type: 'dirty'; readonly pod: string | undefined }

const IDLE: RecycleOutcome = { type: 'dirty', pod: undefined }

/**
 * Takes scrubbing of a volume with policy Recycle one step on: starts a Pod, or sees how the one with uid `started` has ended. When it fails the volume
 * is Failed and says why, and the next call begins anew. Needs the index BY_CLAIM of Pods, and a run when the Pod changes (`volumeOfRecycler`).
 */
export async function recycleReleased(
  volume: Readonly<PersistentVolume>,
  plugins: readonly VolumePlugin[],
  context: ReconcileContext,
  started: string | undefined,
): Promise<RecycleOutcome> {
  const name = recyclerName(volume.metadata.name ?? '')
  const step = planRecycling(context.lister<Pod>(PodKind).get(RECYCLER_NAMESPACE, name), started)
  if (step.type === 'wait') return { type: 'dirty', pod: started }
  const latest = await readVolume(context.client, volume.metadata.name ?? '')
  if (latest === undefined || latest.metadata.uid !== volume.metadata.uid) return IDLE
  if (!(await isReleased(latest, context.client)) || isUsed(latest, context)) return { type: 'dirty', pod: started }
  if (step.type === 'start') return start(latest, plugins, context)
  await passOnEvents(name, latest, context)
  const unremoved = await removePod(name, context)
  const message = step.type === 'failed' ? step.message : unremoved
  if (message === undefined) {
    context.event(latest, 'Normal', 'VolumeRecycled', 'Volume recycled', EVENT_SOURCE)
    return { type: 'clean', volume: latest }
  }
  await failVolume(latest, 'VolumeFailedRecycle', `Recycle failed: ${message}`, context)
  return IDLE
}

async function start(
  volume: Readonly<PersistentVolume>,
  plugins: readonly VolumePlugin[],
  context: ReconcileContext,
): Promise<RecycleOutcome> {
  const recycling = recyclingOf(volume, plugins)
  if (recycling === undefined) {
    await failVolume(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', context)
    return IDLE
  }
  try {
    const pod = await context.client.create<Pod>(PodKind, recyclerPod(volume, recycling))
    return { type: 'dirty', pod: pod.metadata.uid }
  } catch (error) {
    // The informer is late: what is there is seen, and removed, by the next run.
    if (isAlreadyExists(error)) return IDLE
    await failVolume(
      volume,
      'VolumeFailedRecycle',
      `Recycle failed: unexpected error creating recycler pod:  ${(error as Error).message}`,
      context,
    )
    return IDLE
  }
}

function recyclingOf(volume: Readonly<PersistentVolume>, plugins: readonly VolumePlugin[]): Recycling | undefined {
  try {
    return pluginOf(plugins, volume).recycling?.(volume)
  } catch {
    return undefined
  }
}

/** A volume that Pods still use is not scrubbed; unless there is a claim of the name again, which is another volume's and theirs. */
function isUsed(volume: Readonly<PersistentVolume>, { lister, event }: ReconcileContext): boolean {
  const { namespace = '', name = '' } = volume.spec?.claimRef ?? {}
  if (lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name) !== undefined) return false
  const pods = podsUsing(lister<Pod>(PodKind).byIndex(BY_CLAIM, `${namespace}/${name}`))
  if (pods.length > 0) event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${pods.join(',')}`, EVENT_SOURCE)
  return pods.length > 0
}

/** What was said of the Pod is said of the volume: the Pod is about to go, and its events are in another namespace than whoever looks. */
async function passOnEvents(name: string, volume: Readonly<PersistentVolume>, { client, event }: ReconcileContext): Promise<void> {
  const { items } = await client.list(EventKind, { namespace: RECYCLER_NAMESPACE, fieldSelector: `involvedObject.name=${name}` })
  for (const { type, message = '' } of items as readonly CoreEvent[])
    event(volume, type === 'Warning' ? 'Warning' : 'Normal', 'RecyclerPod', `Recycler pod: ${message}`, EVENT_SOURCE)
}

/** Answers why it could not be removed; undefined when it was, or there is none. */
async function removePod(name: string, { client }: ReconcileContext): Promise<string | undefined> {
  try {
    await client.delete(PodKind, { namespace: RECYCLER_NAMESPACE, name })
    return undefined
  } catch (error) {
    return isNotFound(error) ? undefined : `failed to delete recycler pod: ${(error as Error).message}`
  }
}
