import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { CsiParameters } from '@kubetape/csi'
import {
  inProgress,
  isMarkedNamedBefore,
  modifyState,
  pending,
  settled,
  targetClass,
  tellsOfModification,
  wantedClass,
  currentClass,
} from './modify-status.ts'

/** What is remembered of a claim between runs; nothing after a restart. */
export interface ModifyMemory {
  /** The class that was last asked for, and what it said: it may be deleted before the driver is done. */
  readonly asked?: { readonly target: string; readonly parameters: CsiParameters }
  /** The driver has said of `asked` that it is done, and failed. */
  readonly isFinal?: boolean
  /** What cannot be is not tried again before this, in Unix milliseconds. */
  readonly slowUntilMs?: number
}

export interface ModifyObserved {
  readonly claim: Readonly<PersistentVolumeClaim>
  /** A volume of a connected driver that can modify volumes. */
  readonly volume: Readonly<PersistentVolume>
  /** The class of this name; undefined where there is none. */
  readonly classOf: (name: string) => Readonly<VolumeAttributesClass> | undefined
  readonly memory: ModifyMemory
}

/** The next step about the class of one bound claim. */
export type ModifyPlan =
  | { readonly type: 'wait'; readonly forMs: number }
  /** The class cannot be asked for: the claim and an event say why. Without a claim it is said already, or the driver has not answered yet. */
  | { readonly type: 'hold'; readonly why: string; readonly claim?: PersistentVolumeClaim }
  /** Ask the driver; with a claim, after that has been written. */
  | { readonly type: 'modify'; readonly target: string; readonly parameters: CsiParameters; readonly claim?: PersistentVolumeClaim }
  /** The driver has done it and the volume says so: the claim is next. */
  | { readonly type: 'record'; readonly target: string }
  /** What was asked for last has failed and is not wanted any more. */
  | { readonly type: 'roll-back'; readonly to: string | undefined; readonly claim: PersistentVolumeClaim }

/**
 * Plans one step (KEP-3751; the part of external-resizer that modifies). The rules:
 *
 * - One class at a time: what the driver has not answered for good goes on, whatever the claim wants by then (external-resizer#514).
 * - Whoever wants back what the volume has gets it: after an infeasible class by forgetting that, after any other failure by asking the driver, as half
 *   of the change may have been made (external-resizer#482).
 * - A class is on the volume (spec.volumeAttributesClassName) before it is on the claim, so that a crash in between asks for nothing twice.
 */
export function planModification(observed: ModifyObserved, nowMs: number): ModifyPlan | undefined {
  const { claim, volume, classOf, memory } = observed
  if (claim.status?.phase !== 'Bound') return undefined
  const driver = volume.spec?.csi?.driver
  const wanted = wantedClass(claim)
  const state = modifyState(claim)
  const target = targetClass(claim)
  const isInFlight = state === 'InProgress' && target !== undefined
  const wasAsked = memory.asked?.target === target
  if (isInFlight) {
    if (volume.spec?.volumeAttributesClassName === target && !isMarkedNamedBefore(claim)) return { type: 'record', target }
    if (!(wasAsked && memory.isFinal)) {
      const known = classOf(target)
      const parameters = known?.driverName === driver ? known?.parameters : wasAsked ? memory.asked?.parameters : undefined
      if (parameters !== undefined) return { type: 'modify', target, parameters }
      // Nobody knows what was asked for. What is wanted now takes its place; the driver keeps the two from mixing.
      if (wanted === target || wanted === undefined) return { type: 'hold', why: `VAC ${target} does not exist.` }
    }
  }
  if (wanted === undefined || (wanted === currentClass(claim) && !isInFlight)) {
    return tellsOfModification(claim) ? { type: 'roll-back', to: wanted, claim: settled(claim) } : undefined
  }
  const isRepeat = wanted === target
  if (isRepeat && state === 'Infeasible' && memory.slowUntilMs !== undefined && memory.slowUntilMs > nowMs)
    return { type: 'wait', forMs: memory.slowUntilMs - nowMs }
  const next = classOf(wanted)
  if (next === undefined || next.driverName !== driver) {
    const why =
      next === undefined
        ? `VAC ${wanted} does not exist.`
        : `VAC ${wanted} is for driver ${next.driverName}, not for ${driver ?? 'this volume'}.`
    return { type: 'hold', why, ...(isRepeat && state === 'Pending' ? {} : { claim: pending(claim, wanted) }) }
  }
  const { parameters = {} } = next
  if (isRepeat && state === 'InProgress') return { type: 'modify', target: wanted, parameters }
  const isNamedBefore = volume.spec?.volumeAttributesClassName === wanted
  return { type: 'modify', target: wanted, parameters, claim: inProgress(claim, wanted, nowMs, isNamedBefore) }
}
