/** What is kept between runs of an operation that failed; JSON. */
export interface OperationBackOff {
  /** Which operation, with the uid of its object. */
  readonly operation: string
  readonly failures: number
  /** Not before this time, Unix milliseconds. */
  readonly notBeforeMs: number
}

/** Upstream's, for every operation of volumes (goroutinemap). */
const FIRST_MS = 500
const MAX_MS = 122_000

/** Whether the operation failed so lately that it must wait for a later sync. */
export function isPostponed(state: OperationBackOff | undefined, operation: string, nowMs: number): boolean {
  return state?.operation === operation && nowMs <= state.notBeforeMs
}

/** What to keep after one more failure. */
export function afterFailure(state: OperationBackOff | undefined, operation: string, nowMs: number): OperationBackOff {
  const failures = state?.operation === operation ? state.failures + 1 : 1
  return { operation, failures, notBeforeMs: nowMs + Math.min(FIRST_MS * 2 ** (failures - 1), MAX_MS) }
}
