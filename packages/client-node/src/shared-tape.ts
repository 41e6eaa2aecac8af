import { resolve } from 'node:path'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { type OpenRecording, openRecording, type OpenRecordingOptions } from '@kubetape/replay'
import { kindId, type Recording } from '@kubetape/runtime'

/** What one informer shows. */
export interface Shown {
  readonly kind: Kind
  /** '' for all. */
  readonly namespace: string
  has(key: string): boolean
}

/** Told of what one informer shows. */
export interface SharedTape {
  readonly recording: Recording
  shown(key: string, object: KubeObject | undefined, before: KubeObject | undefined): void
  /** The informer has its first list. */
  listed(): void
  /** Lets go of the tape; it is closed when nobody uses it any more. */
  release(): Promise<void>
}

interface Open {
  /** Keys say nothing of where an object is, so a tape is of one server. */
  readonly server: string | undefined
  readonly tape: Promise<OpenRecording>
  /** The informers that are recorded on it, with whether they have listed. */
  readonly informers: Map<Shown, boolean>
}

/** Open tapes, and those that are being closed, by file. One process may open a file once, however many informers are recorded on it. */
const tapes = new Map<string, Open>()
const closing = new Map<string, Promise<void>>()

/**
 * Joins an informer to a tape, which is opened when it is the first one there. When nothing can be recorded any more the process is warned, once, and
 * informers go on. Throws as `openRecording` does, and for a second server.
 */
export async function joinTape(file: string, shown: Shown, options: Omit<OpenRecordingOptions, 'path'> = {}): Promise<SharedTape> {
  const path = resolve(file)
  const server = options.source?.server
  let open = tapes.get(path)
  if (open !== undefined && open.server !== server)
    throw new Error(`Cannot record ${server} on "${path}": it records ${open.server}; give this informer a tape of its own`)
  if (open === undefined) {
    const onError = (error: unknown): void => process.emitWarning(`Nothing is recorded on "${path}" any more: ${String(error)}`)
    const tape = (closing.get(path) ?? Promise.resolve()).then(() => openRecording({ onError, ...options, path }))
    tapes.set(path, (open = { server, tape, informers: new Map() }))
  }
  const { tape, informers } = open
  informers.set(shown, false)
  try {
    const { recorder } = await tape
    return joined(path, recorder, informers, shown)
  } catch (error) {
    tapes.delete(path)
    throw error
  }
}

function joined(path: string, recorder: Recording, informers: Map<Shown, boolean>, shown: Shown): SharedTape {
  let { kind } = shown
  const sameKind = (): [Shown, boolean][] => [...informers].filter(([one]) => kindId(one.kind) === kindId(kind))
  const elsewhere = (key: string): boolean => sameKind().some(([one]) => one !== shown && one.has(key))
  return {
    recording: recorder,
    shown: (key, object, before) => {
      // What a path does not say: the first object does.
      if (kind.kind === '' && object?.kind !== undefined)
        kind = { ...kind, kind: object.kind, namespaced: object.metadata?.namespace !== undefined }
      // What leaves the selection of one informer may stay in another's.
      if (object !== undefined || !elsewhere(key)) recorder.shown(kind, key, object, before)
    },
    listed: () => {
      informers.set(shown, true)
      if (sameKind().some(([, hasListed]) => !hasListed)) return
      const isForeign = (key: string): boolean => !sameKind().some(([one]) => one.namespace === '' || key.startsWith(`${one.namespace}/`))
      // What nobody here looks at did not go away.
      recorder.listed(kind, { get: (key) => (isForeign(key) || shown.has(key) || elsewhere(key) ? {} : undefined) })
    },
    release: async () => {
      informers.delete(shown)
      if (informers.size > 0) return
      const tape = tapes.get(path)!.tape
      tapes.delete(path)
      const closed = tape.then((one) => one.close()).finally(() => closing.delete(path))
      closing.set(path, closed)
      return closed
    },
  }
}
