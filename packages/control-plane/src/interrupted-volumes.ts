import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { createOutcome, type VolumeIntent } from '@kubetape/controllers'
import type { LogReader } from '@kubetape/eventlog'
import type { JournalReader, RequestRecord } from '@kubetape/journal'
import { readOpen } from './read-open.ts'

/** The controller whose calls these are. */
const PROVISIONER = 'csi-provisioner'

/**
 * What the provisioner has asked of drivers without coming to an end, from the tape: each call of CreateVolume that is followed by no error that is final,
 * no PersistentVolume and no deletion of what it made. The tape has the call before the driver hears of it, so nothing is missing, whenever the process
 * died. Reads the runs of the provisioner once; with a `file` that remembers how far they were read, only those since the last time.
 */
export function interruptedVolumes(log: LogReader, file?: string): VolumeIntent[] {
  const note = (journal: JournalReader, run: string, open: Map<string, VolumeIntent>): void => {
    let intent: VolumeIntent | undefined
    let made: string | undefined
    for (const request of journal.requests(run)) {
      if (isCall(request, 'CreateVolume')) {
        intent = request.body as VolumeIntent
        made = volumeIdOf(request)
        open.set(intent.claim.uid, intent)
      }
      const found = volumeFound(request)
      // The run has seen the volume of what it had in mind, in place of making it or after it was refused as being there.
      if (found !== undefined && (made === undefined || found.spec?.csi?.volumeHandle === made))
        for (const [uid, one] of open) if (one.request.name === found.metadata.name) open.delete(uid)
      if (intent !== undefined && isSettledBy(request, intent, log)) open.delete(intent.claim.uid)
    }
  }
  return [...readOpen<VolumeIntent>(log, { controllers: [PROVISIONER], note, file }).values()]
}

const isCall = ({ verb, resource }: RequestRecord, method: string): boolean => verb === 'call' && resource === method

function isSettledBy(request: RequestRecord, intent: VolumeIntent, log: LogReader): boolean {
  const { answer } = request
  if (isCall(request, 'CreateVolume')) {
    const error = errorOf(request)
    return error !== undefined && createOutcome(error, intent.mayReschedule) !== 'background'
  }
  if (isCall(request, 'DeleteVolume')) return answer !== undefined && errorOf(request) === undefined
  const { verb, resource, body } = request
  if (verb !== 'create' || resource !== 'persistentvolumes') return false
  if (answer?.type === 'entry' || answer?.type === 'object') return true
  // No answer came: the log knows better.
  const { name } = (body as { metadata: { name: string } }).metadata
  return (answer === undefined || answer.type === 'failed') && log.latest(`/persistentvolumes/${name}`) !== undefined
}

/** What the driver called the volume that it made. */
function volumeIdOf({ answer }: RequestRecord): string | undefined {
  const { value } = (answer?.type === 'outside' ? (answer.reading as { value?: { volumeId?: string } }) : undefined) ?? {}
  return value?.volumeId
}

/** The volume that was asked for and is there. */
function volumeFound({ verb, resource, answer }: RequestRecord): PersistentVolume | undefined {
  return verb === 'get' && resource === 'persistentvolumes' && answer?.type === 'object' ? (answer.object as PersistentVolume) : undefined
}

/** The error that a call came to, as the run had it; undefined for none, and where nothing was written down. */
function errorOf({ answer }: RequestRecord): Error | undefined {
  const { error } =
    (answer?.type === 'outside' ? (answer.reading as { error?: { name: string; message: string; code?: string } }) : undefined) ?? {}
  return error === undefined ? undefined : Object.assign(new Error(error.message), error)
}
