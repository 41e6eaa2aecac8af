import { formatTime } from '@kubetape/apimachinery'
import type { PersistentVolumeStatus } from '@kubetape/api/types/core/v1'

/**
 * When a volume last changed its phase (KEP-3762). With the phase as it was, a time that is given is stored and one that is not stays. With another
 * phase it is now, unless the client says another time than the old one.
 */
export function settleTransitionTime(status: PersistentVolumeStatus, old: Readonly<PersistentVolumeStatus>, nowMs: number): void {
  const [time, before] = [status.lastPhaseTransitionTime, old.lastPhaseTransitionTime]
  if (status.phase === old.phase) {
    if (!time && before) status.lastPhaseTransitionTime = before
  } else if (!time || (before && Date.parse(time) === Date.parse(before))) {
    status.lastPhaseTransitionTime = formatTime(nowMs)
  }
}
