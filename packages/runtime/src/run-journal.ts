import type { RunAnswer, RunRequest } from './run-client.ts'

/** Why a run was due: the entries of the tape that led to it, or something else than an entry. */
export interface Trigger {
  readonly cause: 'change' | 'requeue' | 'retry' | 'resync'
  /** Of a change: what changed, and the resourceVersion of the change. */
  readonly resource?: string
  readonly key?: string
  readonly change?: 'added' | 'updated' | 'deleted'
  readonly resourceVersion?: string
}

/** What is known when a run begins. */
export interface RunBegin {
  readonly id: string
  readonly controller: string
  readonly key: string
  /** 1, then one more for each failure in a row. */
  readonly attempt: number
  readonly triggers: readonly Trigger[]
  readonly startedAtMs: number
  /** resourceVersion of each informer that was read before the first request, by kind id. */
  readonly views: Readonly<Record<string, string>>
  /** Own writes shown before the watch delivered them. */
  readonly ownWrites: readonly { readonly kind: string; readonly key: string; readonly resourceVersion: string }[]
  readonly seed: number
  readonly carried: unknown
  readonly gates: Readonly<Record<string, boolean>>
  readonly codeVersion: string
}

/** What is known when it ends. */
export interface RunEnd {
  readonly endedAtMs: number
  readonly outcome: 'success' | 'requeue' | 'error' | 'terminal-error'
  readonly error?: string
  readonly requeueAfterMs?: number
  /** Every clock reading of the run, in order. */
  readonly clockReadingsMs: readonly number[]
  /** Informers that had moved on when the run read them, or were first read after a request: before which read, to which resourceVersion. */
  readonly viewChanges: readonly { readonly read: number; readonly kind: string; readonly resourceVersion: string }[]
  /** Gates that the run asked for. */
  readonly gatesRead: Readonly<Record<string, boolean>>
}

/**
 * Where runs are written down. Calls are in the order in which things happened; none may throw or wait. The row of a run without requests
 * may be written when it ends; otherwise it is written with the first request, so that a crash leaves no entry without its run.
 */
export interface RunJournal {
  begin(run: RunBegin): void
  /** Called before the request is sent. */
  request(run: RunBegin, request: RunRequest): void
  answer(run: RunBegin, request: RunRequest, answer: RunAnswer): void
  end(run: RunBegin, end: RunEnd): void
}

/** Forgets everything: for controllers that run without a tape. */
export const noJournal: RunJournal = { begin: () => undefined, request: () => undefined, answer: () => undefined, end: () => undefined }
