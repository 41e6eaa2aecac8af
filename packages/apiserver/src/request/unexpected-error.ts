import { internalError, isStatusError, type StatusError } from '@kubetape/apimachinery'

/**
 * What a client gets of an error, over HTTP and in process alike: a refusal as it is; anything else (the log's `DISK_FULL` or `LOG_CLOSED`,
 * a bug of ours) as 500 InternalError with its message, and with itself as the cause.
 */
export function asStatusError(error: unknown): StatusError {
  if (isStatusError(error)) return error
  return internalError(error instanceof Error ? error.message : String(error), { cause: error })
}
