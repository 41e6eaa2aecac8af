/** Names of the gRPC status codes, by which the protocol says what went wrong. */
export type CsiCode =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED'

/** A driver has refused or not answered. `code` survives a tape. */
export class CsiError extends Error {
  readonly code: CsiCode

  constructor(code: CsiCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'CsiError'
    this.code = code
  }
}

/** The code of a CsiError, also of one that a tape has given back (an Error with its name, message and code); undefined for any other error. */
export function csiCodeOf(error: unknown): CsiCode | undefined {
  return error instanceof Error && error.name === 'CsiError' ? (error as { code?: CsiCode }).code : undefined
}

/**
 * After these the operation may still be going on, or have been done: given up by the caller, no answer in time, no connection, too many requests,
 * another operation on the volume under way. The same five for external-resizer and kubelet (their `isFinalError`); they
 * follow from gRPC's status codes and "Operation pending for volume" of the CSI specification.
 */
const NOT_FINAL: ReadonlySet<CsiCode> = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'ABORTED'])

/**
 * Whether the driver is done with the operation, and it has not been carried out. What is no answer of a driver is not final: an earlier call may
 * still be under way.
 */
export function isFinal(error: unknown): boolean {
  const code = csiCodeOf(error)
  return code !== undefined && !NOT_FINAL.has(code)
}

/** An error in the words that users of gRPC know: `rpc error: code = NotFound desc = …`; of any other error its message. */
export function rpcErrorText(error: unknown): string {
  const code = csiCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === undefined || message.startsWith('rpc error: ')) return message
  const words = code.split('_').map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
  // Go spells this one, and only this, in American.
  return `rpc error: code = ${code === 'CANCELLED' ? 'Canceled' : words.join('')} desc = ${message}`
}
