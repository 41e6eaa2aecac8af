import { HOST_PATH, type StorageIntent } from '@kubetape/controllers'
import type { LogReader } from '@kubetape/eventlog'
import type { JournalReader, RequestRecord } from '@kubetape/journal'
import { readOpen } from './read-open.ts'

/** The controllers that make directories for claims, and that delete those that were left. */
const MAKER = 'persistentvolume-binder-claims'
const CLEANER = 'persistentvolume-binder-leftovers'

/**
 * Directories that the binder has begun to make for claims and that no volume tells of, from the tape: each call of CreateVolume that no PersistentVolume
 * and no deletion came after. The tape has the call before anything is made, so nothing is missing, whenever the process died. Reads the runs of the
 * binder once; with a `file` that remembers how far they were read, only those since the last time.
 */
export function interruptedStorage(log: LogReader, file?: string): StorageIntent[] {
  const open = readOpen<StorageIntent>(log, { controllers: [MAKER, CLEANER], note, file })
  // Where no answer came the log knows better.
  return [...open.values()].filter(({ claim }) => log.latest(`/persistentvolumes/pvc-${claim.uid}`) === undefined)
}

function note(journal: JournalReader, run: string, open: Map<string, StorageIntent>): void {
  let last: string | undefined
  for (const request of journal.requests(run)) {
    if (isCall(request, 'CreateVolume')) {
      const intent = request.body as StorageIntent
      last = intent.path
      open.set(last, intent)
    }
    if (isCall(request, 'DeleteVolume') && isDone(request)) open.delete((request.body as { path: string }).path)
    if (last !== undefined && isVolume(request)) open.delete(last)
  }
}

const isCall = ({ verb, system, resource }: RequestRecord, method: string): boolean =>
  verb === 'call' && system === HOST_PATH && resource === method

const isDone = ({ answer }: RequestRecord): boolean => answer?.type === 'outside' && !('error' in (answer.reading as object))

const isVolume = ({ verb, resource, answer }: RequestRecord): boolean =>
  verb === 'create' && resource === 'persistentvolumes' && (answer?.type === 'entry' || answer?.type === 'object')
