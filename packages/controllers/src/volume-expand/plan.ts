import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import {
  allocatedTo,
  awaitsNode,
  capacityOf,
  compareSizes,
  expansionState,
  grown,
  nodeIsDone,
  requestOf,
  RESIZER_ANNOTATION,
  volumeSize,
  wantsMore,
  withoutMark,
} from './claim-size.ts'
import { type MigratedPlugin, migratedPlugin } from './migrated-plugin.ts'
import { hasCondition, holding, NODE_IS_NEXT, withResizeConditions } from './resize-conditions.ts'

/** The next thing to do about the expansion of one claim; the plan after it is made of what the server answered. */
export type ExpandStep =
  /** Nobody here can expand it. */
  | { readonly type: 'left-to-others' }
  /** A CSI driver has taken the place of its plugin. */
  | { readonly type: 'left-to-driver'; readonly by: MigratedPlugin; readonly claim: PersistentVolumeClaim }
  | { readonly type: 'write-claim'; readonly claim: PersistentVolumeClaim; readonly isFinished?: boolean }
  | { readonly type: 'write-volume'; readonly volume: PersistentVolume }

type Claim = Readonly<PersistentVolumeClaim>
type Volume = Readonly<PersistentVolume>

/**
 * Plans one step for a bound claim and its volume (KEP-284, KEP-1790; kube-controller-manager's persistentvolume-expander-controller). Of the plugins
 * built into v1.31 that have not become CSI drivers only FlexVolume expands: its drivers leave that to the node, so what is done here is bookkeeping.
 */
export function plan(claim: Claim, volume: Volume, nowMs: number, gates: Gates): ExpandStep | undefined {
  if (!wantsMore(claim) && !awaitsNode(volume)) return undefined
  const migrated = migratedPlugin(volume, gates)
  if (migrated !== undefined) return { type: 'left-to-driver', by: migrated, claim: withResizer(claim, migrated.driver) }
  const flexDriver = volume.spec?.flexVolume?.driver
  if (flexDriver === undefined) return { type: 'left-to-others' }
  if (nodeIsDone(claim, volume)) return awaitsNode(volume) ? { type: 'write-volume', volume: withoutMark(volume) } : undefined
  const time = formatTime(nowMs)
  if (gates.enabled('RecoverVolumeExpansionFailure')) return recoverable(claim, volume, flexDriver, time)
  return simple(claim, volume, flexDriver, time)
}

/** Conditions alone tell how far it is. */
function simple(claim: Claim, volume: Volume, driver: string, time: string): ExpandStep | undefined {
  const { conditions } = claim.status ?? {}
  const isPending = hasCondition(conditions, 'FileSystemResizePending')
  const size = requestOf(claim)
  if (compareSizes(volumeSize(volume), size) < 0) {
    // Asked for more while a node was next: it starts anew.
    if (isPending || !hasCondition(conditions, 'Resizing')) return begun(claim, driver, time)
    return { type: 'write-volume', volume: grown(volume, size) }
  }
  if (!isPending && !hasCondition(conditions, 'Resizing')) return begun(claim, driver, time)
  return isPending ? markOf(claim, volume) : finishedHere(claim, volume, size, time)
}

/** The claim's status says what is being gone for, and how far it is. */
function recoverable(claim: Claim, volume: Volume, driver: string, time: string): ExpandStep | undefined {
  const state = expansionState(claim)
  const allocated = allocatedTo(claim) ?? requestOf(claim)
  switch (state) {
    case 'NodeResizePending':
    case 'NodeResizeInProgress':
      return markOf(claim, volume)
    case 'NodeResizeInfeasible':
      return finishedHere(claim, volume, allocated, time)
    case 'ControllerResizeInProgress':
      if (compareSizes(volumeSize(volume), allocated) < 0) return { type: 'write-volume', volume: grown(volume, allocated) }
      return finishedHere(claim, volume, allocated, time)
    default:
      // A volume that has grown already grew to what was allocated.
      return begun(claim, driver, time, compareSizes(volumeSize(volume), requestOf(claim)) < 0 ? requestOf(claim) : allocated)
  }
}

function begun(claim: Claim, driver: string, time: string, size?: string): ExpandStep {
  const status = {
    ...claim.status,
    conditions: withResizeConditions(claim.status?.conditions, [holding('Resizing', time)]),
    ...(size === undefined ? {} : progress(claim, 'ControllerResizeInProgress', size)),
  }
  return { type: 'write-claim', claim: withResizer({ ...claim, status }, driver) }
}

/** The volume has its size; a file system is the node's to grow, a block device has none. */
function finishedHere(claim: Claim, volume: Volume, size: string, time: string): ExpandStep {
  const { conditions, allocatedResourceStatuses: states, ...rest } = claim.status ?? {}
  if (volume.spec?.volumeMode === 'Block') {
    const { storage: _, ...others } = states ?? {}
    const status = { ...rest, capacity: { ...rest.capacity, storage: size }, conditions: withResizeConditions(conditions, []) }
    const left = Object.keys(others).length > 0 ? { allocatedResourceStatuses: others } : {}
    return { type: 'write-claim', claim: { ...claim, status: { ...status, ...left } }, isFinished: true }
  }
  const pending = withResizeConditions(conditions, [holding('FileSystemResizePending', time, NODE_IS_NEXT)], { keepsOthers: true })
  const state = expansionState(claim) === undefined ? {} : progress(claim, 'NodeResizePending')
  return { type: 'write-claim', claim: { ...claim, status: { ...claim.status, conditions: pending, ...state } } }
}

function progress(
  { status }: Claim,
  state: 'ControllerResizeInProgress' | 'NodeResizePending',
  size?: string,
): Pick<NonNullable<Claim['status']>, 'allocatedResources' | 'allocatedResourceStatuses'> {
  return {
    allocatedResourceStatuses: { ...status?.allocatedResourceStatuses, storage: state },
    ...(size === undefined ? {} : { allocatedResources: { ...status?.allocatedResources, storage: size } }),
  }
}

/** What the claim had stands on the volume until the node is done. */
const markOf = (claim: Claim, volume: Volume): ExpandStep | undefined =>
  awaitsNode(volume) ? undefined : { type: 'write-volume', volume: grown(volume, volumeSize(volume), capacityOf(claim)) }

const withResizer = (claim: Claim, name: string): PersistentVolumeClaim => ({
  ...claim,
  metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [RESIZER_ANNOTATION]: name } },
})
