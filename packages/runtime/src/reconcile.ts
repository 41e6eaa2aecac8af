import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import type { Random } from '@kubetape/determinism'
import type { PublishEvent } from './event-request.ts'
import type { Lister } from './lister.ts'

/** Brings the world in line with one object. Called with its key, never with an event: what to do follows from what is (level-triggered). */
export type Reconcile = (request: ReconcileRequest, context: ReconcileContext) => Promise<ReconcileResult | void> | ReconcileResult | void

/** Which object: of the kind that the controller is for. */
export interface ReconcileRequest {
  /** `namespace/name`, or `name`. */
  readonly key: string
  readonly namespace: string
  readonly name: string
}

export interface ReconcileResult {
  /** Run again after this time even if nothing happens. */
  readonly requeueAfterMs?: number
  /** Run again with back-off, as after an error, but without one. */
  readonly requeue?: boolean
}

/**
 * Everything that a reconcile may know and do. Whatever comes through here is on the tape, so a run can be replayed; what comes from
 * elsewhere (clocks, random numbers, globals) cannot.
 */
export interface ReconcileContext {
  /** Reads and writes the API; every request is journaled with its answer. */
  readonly client: Client
  /**
   * Server-side apply: makes the fields of `object` what they are there and this controller their owner, whoever set them before; fields that
   * it applied earlier and leaves out now are removed. The field manager is the controller's name. `apiVersion` and `kind` may be left out.
   */
  readonly apply: <T extends KubeObject>(kind: Kind<T>, object: T, options?: ApplyOptions) => Promise<T>
  /**
   * Sends what `after` has that `before` has not, as a merge patch; undefined, and no request, when they are the same. With `optimisticLock` the
   * server refuses it (409) when the object has changed since `before`: give it where lists are patched, which are replaced whole.
   */
  readonly patch: <T extends KubeObject>(kind: Kind<T>, before: T, after: T, options?: PatchOptions) => Promise<T | undefined>
  /** The informer's view of a kind that the controller watches, owns or reads. Throws for any other kind. */
  readonly lister: <T extends KubeObject>(kind: Kind<T>) => Lister<T>
  /** Wall time in Unix milliseconds. */
  readonly nowMs: () => number
  /** Random numbers that replay draws again. */
  readonly random: Random
  readonly gates: Gates
  /**
   * Something from outside of the API (a file, a device, memory that runs share): what `read` answers or throws, as JSON, is on the tape, and
   * replay answers or throws it again without calling `read`. The run gets what the tape has: frozen JSON, or an Error with the name, message
   * and `code` of the one thrown. `read` must not use anything else of this context.
   */
  readonly outside: <T>(read: () => T) => T
  /**
   * Asks a system outside of the API for something that takes time: a storage driver, a cloud. It is numbered and written down like an API request,
   * durably before `perform` is called, so that no crash hides that it was asked for; its answer or error, as JSON (errors as `outside` has them), is
   * durable before the run goes on. Replay gives these again without calling `perform`. A crash in between leaves it unknown whether it was carried out,
   * so ask only for what may be asked for twice. `perform` must not use anything else of this context.
   */
  readonly call: <T>(call: OutsideCall, perform: () => Promise<T>) => Promise<T>
  /** What `carry` kept in this object's last run, frozen; undefined at first and after a restart. */
  readonly carried: unknown
  /** Keeps the state, as JSON, for the next run of this object; undefined clears it. Throws a TypeError for what is no JSON. */
  readonly carry: (state: unknown) => void
  /** Publishes a Kubernetes Event about an object. Does not wait and never fails the run. */
  readonly event: PublishEvent
  readonly log: RunLog
}

/** What a run asks of a system outside of the API, as the tape tells it. */
export interface OutsideCall {
  /** Which system: the name of a CSI driver, of a cloud. */
  readonly system: string
  /** Of it: `CreateVolume`. */
  readonly method: string
  /** What is asked for, JSON. Leave secrets out: it stands on the tape. */
  readonly body?: unknown
}

export interface ApplyOptions {
  /** `status` … Default: the object itself. */
  readonly subresource?: string
  /** Take over fields that others own; otherwise a conflict is refused. Default true, as the API's guide says for controllers. */
  readonly force?: boolean
}

export interface PatchOptions {
  /** `status` … Default: the object itself. */
  readonly subresource?: string
  /** Default false. */
  readonly optimisticLock?: boolean
}

/** Structured logging with controller, key and run id already set. */
export interface RunLog {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Thrown by a reconcile that must not be tried again until something changes (controller-runtime's TerminalError). Terminal. */
export class TerminalError extends Error {
  readonly code = 'TERMINAL' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TerminalError'
  }
}
