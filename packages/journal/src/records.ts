import type { KubeList, KubeObject, Status } from '@kubetape/apimachinery'

/** Why a run was due: the change that led to it, or something else than a change. */
export interface Trigger {
  readonly cause: 'change' | 'requeue' | 'retry' | 'resync' | 'source'
  /** Of a source outside of the API: its name. */
  readonly source?: string
  /** Of a change: what changed (`configmaps@east` in a cluster of that name), and the resourceVersion of the change. */
  readonly resource?: string
  readonly key?: string
  readonly change?: 'added' | 'updated' | 'deleted'
  readonly resourceVersion?: string
}

/** What is known when a run begins: everything that it can see, so that replay can show it the same. */
export interface RunBegin {
  /** Unique on the tape. */
  readonly id: string
  readonly controller: string
  readonly key: string
  /** 1, then one more for each failure in a row. */
  readonly attempt: number
  readonly triggers: readonly Trigger[]
  /** Unix milliseconds. */
  readonly startedAtMs: number
  /** resourceVersion of each informer that the controller reads, by kind id. */
  readonly views: Readonly<Record<string, string>>
  /** Own writes shown to the run before the watch delivered them. */
  readonly ownWrites: readonly { readonly kind: string; readonly key: string; readonly resourceVersion: string }[]
  readonly seed: number
  /** State that the controller keeps between runs of this key; JSON. */
  readonly carried: unknown
  readonly gates: Readonly<Record<string, boolean>>
  /** Package version and digest of the controller's sources. */
  readonly codeVersion: string
}

/** What a run was given besides answers: everything that it read, up to some moment or since the last one. */
export interface RunReadings {
  /** Clock readings in Unix milliseconds, in order. */
  readonly clockReadingsMs: readonly number[]
  /** Informers that had moved on when the run read them, or were first read after a request: before which read, to which resourceVersion. */
  readonly viewChanges: readonly { readonly read: number; readonly kind: string; readonly resourceVersion: string }[]
  /** Gates that the run asked for, with their answers. */
  readonly gatesRead: Readonly<Record<string, boolean>>
  /** What `context.outside` answered, in order; JSON. */
  readonly outside?: readonly unknown[]
}

/** What is known when it ends, with everything that it read. */
export interface RunEnd extends RunReadings {
  readonly endedAtMs: number
  readonly outcome: 'success' | 'requeue' | 'error' | 'terminal-error'
  readonly error?: string
  readonly requeueAfterMs?: number
}

/** A run as read from a tape. */
export interface RunRecord extends RunBegin {
  /** Position of its first row; pages continue after it. */
  readonly position: number
  /** Undefined while the run goes on, and for ever when its process died: nothing on the tape tells these apart. */
  readonly end: RunEnd | undefined
  readonly outcome: RunEnd['outcome'] | 'interrupted'
}

/** One API request of a run, or one call of a system outside of the API, before it is sent. */
export interface RunRequest {
  /** Counts the requests of the run from 1. */
  readonly sequence: number
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'call'
  readonly group: string
  readonly version: string
  /** Of a call: its method (`CreateVolume`); group and version are then empty. */
  readonly resource: string
  /** Of a call: which system was called (a CSI driver's name). */
  readonly system?: string
  /** Which cluster it went to. Absent: the one that the controllers are of. */
  readonly cluster?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** Of a call: what the system is asked for, without secrets. */
  readonly body?: unknown
  /** Patch type, selectors, preconditions …: what else says what is asked for. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** What a request was answered with. */
export type RunAnswer =
  | { readonly type: 'object'; readonly object: KubeObject }
  | { readonly type: 'list'; readonly list: KubeList }
  | { readonly type: 'status'; readonly status: Status }
  /** The Status of a refusal. */
  | { readonly type: 'refused'; readonly status: Status }
  /** What a call came to: JSON as `context.call` reads it. */
  | { readonly type: 'outside'; readonly reading: unknown }
  /** No answer came; whether the request took effect is unknown. */
  | { readonly type: 'failed'; readonly message: string }

/**
 * How an answer stands on the tape: an object that its own request wrote to the same tape is told by the revision of that entry. The entry
 * has the stored API version; whoever wants the answer as it was served converts it to the version of the request.
 */
export type StoredAnswer = RunAnswer | { readonly type: 'entry'; readonly revision: number }

/** A request as read from a tape. */
export interface RequestRecord extends RunRequest {
  readonly run: string
  /** Undefined when none was written down: the process died first, or the request is one whose answer nobody waits for (events). */
  readonly answer: StoredAnswer | undefined
}

/** Who wrote, if no reconcile run did. */
export interface ActorRecord {
  readonly user: string
  readonly groups?: readonly string[]
  readonly userAgent?: string
  readonly fieldManager?: string
  readonly verb: string
  /** Absent: the object itself was written to. Tapes of earlier releases never say it. */
  readonly subresource?: string
}

/** A hole in a recording; a recorder never hides one. */
export interface GapRecord {
  /** What is missing: the resource whose watch broke, or the recorder itself. */
  readonly kind: 'watch' | 'recorder'
  /** Of a watch: `<resource>.<group>`. */
  readonly resource?: string
  /** The last resourceVersion before and the first one after the hole; absent when unknown. */
  readonly from?: string
  readonly to?: string
  readonly why: string
}
