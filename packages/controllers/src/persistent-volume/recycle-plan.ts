import type { PersistentVolume, Pod } from '@kubetape/api/types/core/v1'
import type { Recycling } from './volume-plugin.ts'

/** Where Pods that scrub volumes run. */
export const RECYCLER_NAMESPACE = 'default'
const PREFIX = 'recycler-for-'

/** One volume, one Pod: whoever comes second sees the first. */
export const recyclerName = (volumeName: string): string => `${PREFIX}${volumeName}`

/** The volume that a Pod scrubs, by its name; undefined for other Pods. What wakes the volume when its Pod has ended. */
export function volumeOfRecycler({ metadata }: Readonly<Pod>): string | undefined {
  const { namespace, name = '' } = metadata
  return namespace === RECYCLER_NAMESPACE && name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
}

/** Deletes everything in the volume and fails where something stays. */
const SCRUB = 'test -d /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)"'
/** Upstream's. */
const IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6'

/** The Pod that scrubs a volume. Without a kubelet nobody runs it, and the volume stays Released. */
export function recyclerPod({ metadata }: Readonly<PersistentVolume>, { source, deadlineSeconds }: Recycling): Pod {
  return {
    metadata: { namespace: RECYCLER_NAMESPACE, name: recyclerName(metadata.name ?? '') },
    spec: {
      activeDeadlineSeconds: deadlineSeconds,
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...source }],
      containers: [
        {
          name: 'pv-recycler',
          image: IMAGE,
          command: ['/bin/sh'],
          args: ['-c', SCRUB],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  }
}

export type RecyclerStep =
  /** No Pod scrubs the volume. */
  | { readonly type: 'start' }
  /** The Pod is at work, or waits for a node. */
  | { readonly type: 'wait' }
  /** The volume is clean. */
  | { readonly type: 'done' }
  /** Why it is not, for users; the Pod, if there is one, is to be removed. */
  | { readonly type: 'failed'; readonly message: string }

/**
 * What to do next for a volume that is to be scrubbed, where `started` is the uid of the Pod that was started for it. A Pod that was not is removed: it
 * may be of an earlier start of the controller, or somebody's who wants to keep the volume dirty.
 */
export function planRecycling(pod: Readonly<Pod> | undefined, started: string | undefined): RecyclerStep {
  if (started === undefined)
    return pod === undefined ? { type: 'start' } : { type: 'failed', message: 'old recycler pod found, will retry later' }
  const failed = (why: string): RecyclerStep => ({ type: 'failed', message: `failed to recycle volume: ${why}` })
  if (pod === undefined || pod.metadata.uid !== started) return failed('recycler pod was deleted')
  const { phase, message } = pod.status ?? {}
  if (phase === 'Succeeded') return { type: 'done' }
  if (phase === 'Failed') return failed(message || 'pod failed, pod.Status.Message unknown')
  return { type: 'wait' }
}

/** The Pods, as `namespace/name` in order, that still may write to the volume through its claim. */
export function podsUsing(pods: readonly Readonly<Pod>[]): string[] {
  return pods
    .filter((pod) => !hasEnded(pod))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort()
}

/** Whether nothing of the Pod runs any more: it has ended, or it is being deleted and none of its containers is running or waiting to. */
function hasEnded({ metadata, status }: Readonly<Pod>): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true
  if (metadata.deletionTimestamp === undefined) return false
  const containers = [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses].flatMap(
    (some) => some ?? [],
  )
  return containers.every(({ state }) => state?.terminated !== undefined || state?.waiting !== undefined)
}
