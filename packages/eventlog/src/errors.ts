/** Why the log refused something. `code` tells which; the message says what to do. */
export type EventLogErrorCode =
  /** Retryable: read again, then append with the right expectation. */
  | 'EXPECTATION_FAILED'
  /** Terminal for this handle: it was closed, or poisoned by a failed write. */
  | 'LOG_CLOSED'
  /** Another process writes this log. */
  | 'LOG_LOCKED'
  /** A newer format than this build reads. */
  | 'FORMAT_TOO_NEW'
  /** No tape of ours. */
  | 'NOT_A_TAPE'
  /** The chain, the witness or the database itself is broken; nothing was changed. */
  | 'LOG_DAMAGED'
  /** Acknowledged entries are missing at the end; nothing was changed. */
  | 'TAIL_LOST'
  /** No space left; the append left no trace and later ones may work again. */
  | 'DISK_FULL'
  /** The disk failed; the handle is poisoned and must be reopened. */
  | 'IO_FAILED'
  /** This handle only reads. */
  | 'READ_ONLY'
  /** A bug of the caller: the message says which argument. */
  | 'INVALID_ARGUMENT'

export class EventLogError extends Error {
  readonly code: EventLogErrorCode

  constructor(code: EventLogErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'EventLogError'
    this.code = code
  }
}

/** The key's live revision is not what the append expected. */
export class ExpectationFailed extends EventLogError {
  readonly key: string
  readonly expected: number
  readonly actual: number

  constructor(key: string, expected: number, actual: number) {
    super('EXPECTATION_FAILED', `Cannot append to "${key}": its live revision is ${actual}, not ${expected}`)
    this.name = 'ExpectationFailed'
    this.key = key
    this.expected = expected
    this.actual = actual
  }
}
