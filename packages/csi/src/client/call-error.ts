import type { ServiceError } from '@grpc/grpc-js'
import { type CsiCode, CsiError } from '../csi-error.ts'

/** What grpc-js says when there was no answer of the driver, under codes that look like one. Nobody here cancels a call and still listens to it. */
const NO_ANSWER =
  /^(Received RST_STREAM|Received HTTP status|Received (?:compressed )?message |Failed to decompress|Failed to start HTTP|Connection dropped|No status information received|No message received|Write error|Write failed|Failed to write|Stream refused|Call cancelled)/
const NO_CONNECTION = /^No connection established/

/**
 * What went wrong with a call. Where the connection failed the code is UNAVAILABLE, whatever the library made of it, so that nobody takes the
 * operation for ended. Values of the request's secrets are taken out of the driver's words.
 */
export function callError(
  error: ServiceError,
  codes: Readonly<Record<number, string>>,
  secrets: Readonly<Record<string, string>>,
): CsiError {
  if (NO_CONNECTION.test(error.details)) return new CsiError('UNAVAILABLE', 'no connection to the driver')
  if (NO_ANSWER.test(error.details))
    return new CsiError('UNAVAILABLE', `no answer of the driver: ${withoutSecrets(error.details, secrets)}`)
  // The error itself is no cause of ours: it has the driver's words as they were.
  return new CsiError((codes[error.code] ?? 'UNKNOWN') as CsiCode, withoutSecrets(error.details, secrets))
}

const REMOVED = '***'

export function withoutSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  // Long ones first: one may be a part of another. Of a value that comes from a file drivers take the line without its end.
  const values = Object.values(secrets)
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value !== '')
  return values.sort((a, b) => b.length - a.length).reduce((left, value) => left.replaceAll(value, REMOVED), text)
}
