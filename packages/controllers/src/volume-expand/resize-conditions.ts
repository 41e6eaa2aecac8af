import type { PersistentVolumeClaimCondition } from '@kubetape/api/types/core/v1'

/** Conditions that tell how far the expansion of a claim is (API reference, PersistentVolumeClaimCondition). */
const RESIZE_CONDITIONS: ReadonlySet<string> = new Set(['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'])

/** What users read while an expansion waits for a node. */
export const NODE_IS_NEXT = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.'

/** A condition that holds since `time`. */
export const holding = (type: string, time: string, message?: string): PersistentVolumeClaimCondition => ({
  type,
  status: 'True',
  lastTransitionTime: time,
  ...(message === undefined ? {} : { message }),
})

/** Whether a claim has this condition with status True. */
export const hasCondition = (conditions: readonly PersistentVolumeClaimCondition[] | undefined, type: string): boolean =>
  conditions?.some((one) => one.type === type && one.status === 'True') ?? false

/**
 * The conditions of a claim of which those about expansion are exactly `now`, or these and the former ones with `keepsOthers`. One that says the
 * same as before keeps its time; those about other matters stay as they are.
 */
export function withResizeConditions(
  conditions: readonly PersistentVolumeClaimCondition[] | undefined,
  now: readonly PersistentVolumeClaimCondition[],
  { keepsOthers = false }: { keepsOthers?: boolean } = {},
): PersistentVolumeClaimCondition[] {
  return withConditions(conditions, now, (type) => keepsOthers || !RESIZE_CONDITIONS.has(type))
}

/** The same for any set of conditions: of those that are not in `now`, the ones that `stays` answers true to remain. */
export function withConditions(
  conditions: readonly PersistentVolumeClaimCondition[] | undefined,
  now: readonly PersistentVolumeClaimCondition[],
  stays: (type: string) => boolean,
): PersistentVolumeClaimCondition[] {
  const fresh = new Map(now.map((one) => [one.type, one]))
  const merged: PersistentVolumeClaimCondition[] = []
  for (const old of conditions ?? []) {
    const next = fresh.get(old.type)
    fresh.delete(old.type)
    if (next === undefined) {
      if (stays(old.type)) merged.push(old)
    } else merged.push(saysSame(old, next) ? old : next)
  }
  return [...merged, ...fresh.values()]
}

const saysSame = (old: PersistentVolumeClaimCondition, next: PersistentVolumeClaimCondition): boolean =>
  old.status === next.status && (old.message ?? '') === (next.message ?? '') && (old.reason ?? '') === (next.reason ?? '')
