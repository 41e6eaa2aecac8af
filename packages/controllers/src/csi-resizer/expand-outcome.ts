import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { formatTime, Quantity } from '@kubetape/apimachinery'
import { csiCodeOf, isFinal, rpcErrorText } from '@kubetape/csi'
import { capacityOf, grown } from '../volume-expand/claim-size.ts'
import { holding, NODE_IS_NEXT, withResizeConditions } from '../volume-expand/resize-conditions.ts'
import type { ExpandMemory } from './expand-plan.ts'

/** What a driver says of a volume that it has expanded. */
export interface Expanded {
  /** 0: not said. */
  readonly capacityBytes: number
  readonly nodeExpansionRequired: boolean
}

/** How long an expansion that cannot be is left alone, in milliseconds: external-resizer's --retry-interval-max. */
export const SLOW_RETRY_MS = 300_000
/** After these an expansion cannot be: the request is wrong, not the moment. */
const INFEASIBLE: ReadonlySet<string | undefined> = new Set(['INVALID_ARGUMENT', 'OUT_OF_RANGE', 'NOT_FOUND'])

/** The size that a volume has now, as Kubernetes writes it. */
export const sizeAfter = ({ capacityBytes }: Expanded, asked: string): string =>
  capacityBytes > 0 ? Quantity.of(capacityBytes, 'BinarySI').toString() : asked

/** The volume, larger; where its node is next, with what the claim had so far. */
export const expandedVolume = (
  volume: PersistentVolume,
  size: string,
  { nodeExpansionRequired }: Expanded,
  claim: PersistentVolumeClaim,
): PersistentVolume => grown(volume, size, nodeExpansionRequired ? capacityOf(claim) : undefined)

/** The claim after its volume has grown: it has the size, or waits for a node. */
export function expandedClaim(
  claim: PersistentVolumeClaim,
  size: string,
  { nodeExpansionRequired }: Expanded,
  nowMs: number,
  recovers: boolean,
): PersistentVolumeClaim {
  const { conditions, allocatedResourceStatuses: states, ...status } = claim.status ?? {}
  if (nodeExpansionRequired) {
    const pending = holding('FileSystemResizePending', formatTime(nowMs), NODE_IS_NEXT)
    const merged = withResizeConditions(
      conditions?.filter(({ type }) => type !== 'ControllerResizeError'),
      [pending],
      { keepsOthers: true },
    )
    const state = recovers ? { ...states, storage: 'NodeResizePending' as const } : states
    return { ...claim, status: { ...status, conditions: merged, ...(state === undefined ? {} : { allocatedResourceStatuses: state }) } }
  }
  const left = withResizeConditions(conditions, [])
  const { storage: _, ...others } = states ?? {}
  return {
    ...claim,
    status: {
      ...status,
      capacity: { ...status.capacity, storage: size },
      ...(left.length > 0 ? { conditions: left } : {}),
      ...(Object.keys(others).length > 0 ? { allocatedResourceStatuses: others } : {}),
    },
  }
}

/** What a failure changes: what is remembered and, where recovery is on and the driver is done with it, the claim. */
export function failedExpansion(
  error: unknown,
  nowMs: number,
  recovers: boolean,
): { readonly memory: ExpandMemory; readonly change?: (claim: PersistentVolumeClaim) => PersistentVolumeClaim } {
  const isInfeasible = INFEASIBLE.has(csiCodeOf(error))
  const memory: ExpandMemory = {
    ...(isFinal(error) ? { isFinal: true } : {}),
    ...(recovers && isInfeasible ? { slowUntilMs: nowMs + SLOW_RETRY_MS } : {}),
    ...(csiCodeOf(error) === 'FAILED_PRECONDITION' ? { isInUse: true } : {}),
  }
  if (!recovers || !isFinal(error)) return { memory }
  const told = holding('ControllerResizeError', formatTime(nowMs), `failed to expand pvc with ${rpcErrorText(error)}`)
  return {
    memory,
    change: (claim) => {
      const { status } = claim
      const conditions = withResizeConditions(status?.conditions, [told], { keepsOthers: true })
      const states = { ...status?.allocatedResourceStatuses, storage: 'ControllerResizeInfeasible' as const }
      return { ...claim, status: { ...status, conditions, ...(isInfeasible ? { allocatedResourceStatuses: states } : {}) } }
    },
  }
}
