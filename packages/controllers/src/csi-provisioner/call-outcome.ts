import { type CsiCode, csiCodeOf } from '@kubetape/csi'

/**
 * What a failed CreateVolume leaves: nothing (`finished`), nothing, and another node may do (`reschedule`), or an operation that may still be going on
 * or done (`background`), which has to be asked for again until the driver says how it ended, whether the claim is still there or not.
 */
export type CreateOutcome = 'finished' | 'reschedule' | 'background'

const IN_BACKGROUND: ReadonlySet<CsiCode> = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'ABORTED'])

/** Judges the error of a CreateVolume (CSI specification, "Error Scheme" and "CreateVolume Errors"). */
export function createOutcome(error: unknown, mayReschedule: boolean): CreateOutcome {
  const code = csiCodeOf(error)
  // Whatever is no answer of a driver says nothing of the operation.
  if (code === undefined || IN_BACKGROUND.has(code)) return 'background'
  // Room may be found later, by a driver that goes on looking for it.
  if (code === 'RESOURCE_EXHAUSTED') return mayReschedule ? 'reschedule' : 'background'
  return 'finished'
}
