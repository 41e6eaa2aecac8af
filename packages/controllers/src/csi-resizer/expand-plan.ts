import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import {
  allocatedTo,
  awaitsNode,
  compareSizes,
  expansionState,
  nodeIsDone,
  requestOf,
  volumeSize,
  wantsMore,
  withoutMark,
} from '../volume-expand/claim-size.ts'
import { hasCondition, holding, withResizeConditions } from '../volume-expand/resize-conditions.ts'

/** What a resizer remembers of a claim between its runs; nothing after a restart. */
export interface ExpandMemory {
  /** The driver's last answer was that it is done with the operation, and it failed. */
  readonly isFinal?: boolean
  /** What cannot be is not tried again before this, in Unix milliseconds. */
  readonly slowUntilMs?: number
  /** The driver cannot expand the volume while it is used. */
  readonly isInUse?: boolean
}

export interface ExpandObserved {
  readonly claim: Readonly<PersistentVolumeClaim>
  readonly volume: Readonly<PersistentVolume>
  /** Who does the work: a driver that only its nodes can expand with is not called. */
  readonly expander: 'controller' | 'node'
  readonly memory: ExpandMemory
  /** A Pod has the claim. */
  readonly isUsed: boolean
}

/** What to do about the expansion of one claim. */
export type ExpandPlan =
  /** The node is done: the mark goes. */
  | { readonly type: 'write-volume'; readonly volume: PersistentVolume }
  | { readonly type: 'wait'; readonly forMs: number }
  /** The claim says so first, then the driver is asked for this size; where somebody uses it, it is only said why not. */
  | { readonly type: 'expand'; readonly size: string; readonly claim: PersistentVolumeClaim; readonly isHeld: boolean }

/** Plans the controller's part of an expansion (KEP-556, KEP-1790; external-resizer). `recovers`: the gate RecoverVolumeExpansionFailure. */
export function planExpansion(observed: ExpandObserved, nowMs: number, recovers: boolean): ExpandPlan | undefined {
  const { claim, volume, memory } = observed
  if (!wantsMore(claim)) {
    const isOver = claim.status?.phase === 'Bound' && awaitsNode(volume) && nodeIsDone(claim, volume)
    return isOver ? { type: 'write-volume', volume: withoutMark(volume) } : undefined
  }
  const size = recovers ? sizeToGoFor(observed) : simpleSize(observed)
  if (size === undefined) return undefined
  const isSame = compareSizes(size, allocatedTo(claim) ?? '0') === 0
  if (recovers && isSame && memory.slowUntilMs !== undefined && memory.slowUntilMs > nowMs)
    return { type: 'wait', forMs: memory.slowUntilMs - nowMs }
  const conditions = withResizeConditions(claim.status?.conditions, [holding('Resizing', formatTime(nowMs))], { keepsOthers: recovers })
  const progress = {
    allocatedResources: { ...claim.status?.allocatedResources, storage: size },
    allocatedResourceStatuses: { ...claim.status?.allocatedResourceStatuses, storage: 'ControllerResizeInProgress' as const },
  }
  const status = { ...claim.status, conditions, ...(recovers && !isSame ? progress : {}) }
  return { type: 'expand', size, claim: { ...claim, status }, isHeld: memory.isInUse === true && observed.isUsed }
}

/** Without recovery: what is asked for, until the node is next. */
function simpleSize({ claim, volume }: ExpandObserved): string | undefined {
  const size = requestOf(claim)
  const isNodesTurn = compareSizes(volumeSize(volume), size) >= 0 && hasCondition(claim.status?.conditions, 'FileSystemResizePending')
  return isNodesTurn ? undefined : size
}

/** With recovery: what was begun is finished, or has failed for good, before something else is gone for. */
function sizeToGoFor({ claim, volume, expander, memory }: ExpandObserved): string | undefined {
  const request = requestOf(claim)
  const has = volumeSize(volume)
  const state = expansionState(claim)
  const allocated = allocatedTo(claim)
  const begun = allocated ?? request
  if (compareSizes(has, request) < 0) {
    switch (state) {
      case 'NodeResizePending':
      case 'NodeResizeInProgress':
        return compareSizes(has, begun) >= 0 ? undefined : begun
      case 'NodeResizeInfeasible':
        return begun
      case 'ControllerResizeInProgress':
        return memory.isFinal ? request : begun
      default:
        return request
    }
  }
  switch (state) {
    case 'NodeResizePending':
    case 'NodeResizeInProgress':
      return undefined
    case 'NodeResizeInfeasible':
      return expander === 'controller' ? begun : request
    default:
      if (allocated === undefined && hasCondition(claim.status?.conditions, 'FileSystemResizePending')) return undefined
      return begun
  }
}
