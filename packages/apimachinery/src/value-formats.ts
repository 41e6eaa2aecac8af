import { inclusiveRangeMessage, maxLengthMessage, patternMessage } from './names.ts'
import { utf8Length } from './utf8-length.ts'

/** Formats of other short values of the API. As in names.ts, each rule answers the API server's words for what is wrong. */

const PERCENT = '[0-9]+%'
const HTTP_HEADER = '[-A-Za-z0-9]+'
const ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*'
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const CONDITION_REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'

const percentPattern = new RegExp(`^${PERCENT}$`)
const httpHeaderPattern = new RegExp(`^${HTTP_HEADER}$`)
const envNamePattern = new RegExp(`^${ENV_NAME}$`)
const configKeyPattern = new RegExp(`^${CONFIG_KEY}$`)
const conditionReasonPattern = new RegExp(`^${CONDITION_REASON}$`)

const PORT_NAME_MAX_BYTES = 15
const CONFIG_KEY_MAX_BYTES = 253
/** Users and groups of a process are unsigned 32-bit numbers. */
const UNIX_ID_MAX = 2_147_483_647

/** An integer of at least `low` and at most `high`. */
export const rangeErrors = (value: number, low: number, high: number): string[] =>
  value >= low && value <= high ? [] : [inclusiveRangeMessage(low, high)]

/** The number of a port: 1 to 65535. */
export const portNumberErrors = (value: number): string[] => rangeErrors(value, 1, 65535)

/** The number of a Unix user. */
export const userIdErrors = (value: number): string[] => rangeErrors(value, 0, UNIX_ID_MAX)

/** The number of a Unix group. */
export const groupIdErrors = (value: number): string[] => rangeErrors(value, 0, UNIX_ID_MAX)

/** The name of a port: an IANA service name (RFC 6335) in lower case. */
export function portNameErrors(value: string): string[] {
  const messages: string[] = []
  if (utf8Length(value) > PORT_NAME_MAX_BYTES) messages.push(maxLengthMessage(PORT_NAME_MAX_BYTES))
  if (!/^[-a-z0-9]+$/.test(value)) messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)')
  if (value.includes('--')) messages.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen')
  return messages
}

/** A percentage: digits and `%`. */
export function percentErrors(value: string): string[] {
  if (percentPattern.test(value)) return []
  return [patternMessage("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')]
}

/** The name of an HTTP header. */
export function httpHeaderNameErrors(value: string): string[] {
  if (httpHeaderPattern.test(value)) return []
  return [patternMessage("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, 'X-Header-Name')]
}

/** The name of an environment variable (without RelaxedEnvironmentVariableValidation). */
export function envVarNameErrors(value: string): string[] {
  const sentence =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
  const wrong = envNamePattern.test(value) ? [] : [patternMessage(sentence, ENV_NAME, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')]
  return [...wrong, ...parentFolderErrors(value)]
}

/** The name of an environment variable under RelaxedEnvironmentVariableValidation (KEP-4369). */
export function relaxedEnvVarNameErrors(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  return /^[ -<>-~]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** A key of a ConfigMap or Secret. */
export function configMapKeyErrors(value: string): string[] {
  const messages: string[] = []
  if (utf8Length(value) > CONFIG_KEY_MAX_BYTES) messages.push(maxLengthMessage(CONFIG_KEY_MAX_BYTES))
  if (!configKeyPattern.test(value)) {
    const sentence = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    messages.push(patternMessage(sentence, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'))
  }
  return [...messages, ...parentFolderErrors(value)]
}

/** The reason of a condition; its length is not judged here. */
export function conditionReasonErrors(value: string): string[] {
  if (conditionReasonPattern.test(value)) return []
  const sentence =
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
  return [patternMessage(sentence, CONDITION_REASON, 'my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB')]
}

/** Values that become file names must not lead out of their folder. */
function parentFolderErrors(value: string): string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}
