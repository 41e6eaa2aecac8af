import { utf8Length } from './utf8-length.ts'

/**
 * The formats of names, labels and other short texts of the Kubernetes API (API concepts, "Object Names and IDs", "Labels and Selectors"). Each
 * rule answers what is wrong with a value, in the API server's words; an empty list means that the value is valid. Lengths count bytes.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const UNDERSCORED_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const UNDERSCORED_SUBDOMAIN = `${UNDERSCORED_LABEL}(\\.${UNDERSCORED_LABEL})*`
const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const WILDCARD = `\\*\\.${SUBDOMAIN}`
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)
const labelPattern = whole(LABEL)
const subdomainPattern = whole(SUBDOMAIN)
const underscoredSubdomainPattern = whole(UNDERSCORED_SUBDOMAIN)
const dns1035Pattern = whole(DNS1035)
const qualifiedPattern = whole(QUALIFIED)
const wildcardPattern = whole(WILDCARD)
const cIdentifierPattern = whole(C_IDENTIFIER)

export const DNS_LABEL_MAX_BYTES = 63
export const DNS_SUBDOMAIN_MAX_BYTES = 253
export const LABEL_VALUE_MAX_BYTES = 63

/** `must be no more than max characters` */
export const maxLengthMessage = (max: number): string => `must be no more than ${max} characters`
/** `must be between low and high, inclusive` */
export const inclusiveRangeMessage = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`

/** A rule's sentence followed by its examples and its pattern, in the API server's punctuation. */
export function patternMessage(sentence: string, pattern: string, ...examples: string[]): string {
  const regex = `regex used for validation is '${pattern}')`
  if (examples.length === 0) return `${sentence} (${regex}`
  return `${sentence} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}${regex}`
}

const QUALIFIED_SENTENCE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const LABEL_MESSAGE = patternMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  'my-name',
  '123-abc',
)
const SUBDOMAIN_MESSAGE = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'example.com',
)
const UNDERSCORED_SUBDOMAIN_MESSAGE = patternMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  UNDERSCORED_SUBDOMAIN,
  'example.com',
)
const DNS1035_MESSAGE = patternMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS1035,
  'my-name',
  'abc-123',
)
const WILDCARD_MESSAGE = patternMessage(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  WILDCARD,
  '*.example.com',
)
const QUALIFIED_MESSAGE = patternMessage(QUALIFIED_SENTENCE, QUALIFIED, 'MyName', 'my.name', '123-abc')
const LABEL_VALUE_MESSAGE = patternMessage(
  `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
  `(${QUALIFIED})?`,
  'MyValue',
  'my_value',
  '12345',
)
const C_IDENTIFIER_MESSAGE = patternMessage(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  C_IDENTIFIER,
  'my_name',
  'MY_NAME',
  'MyName',
)

function bounded(value: string, max: number, pattern: RegExp, message: string): string[] {
  const messages: string[] = []
  if (utf8Length(value) > max) messages.push(maxLengthMessage(max))
  if (!pattern.test(value)) messages.push(message)
  return messages
}

/** A label of RFC 1123: Pod host names, names of namespaces. */
export function dnsLabelErrors(value: string): string[] {
  // Where only dots are wrong, the API server says just that.
  const message = value.includes('.') && subdomainPattern.test(value) ? 'must not contain dots' : LABEL_MESSAGE
  return bounded(value, DNS_LABEL_MAX_BYTES, labelPattern, message)
}

/** A subdomain of RFC 1123: the names of most objects. */
export const dnsSubdomainErrors = (value: string): string[] => bounded(value, DNS_SUBDOMAIN_MAX_BYTES, subdomainPattern, SUBDOMAIN_MESSAGE)

/** A subdomain of RFC 1123 whose labels may have underscores: search domains of a Pod's DNS. */
export const underscoredSubdomainErrors = (value: string): string[] =>
  bounded(value, DNS_SUBDOMAIN_MAX_BYTES, underscoredSubdomainPattern, UNDERSCORED_SUBDOMAIN_MESSAGE)

/** A label of RFC 1035: the names of Services. */
export const dns1035LabelErrors = (value: string): string[] => bounded(value, DNS_LABEL_MAX_BYTES, dns1035Pattern, DNS1035_MESSAGE)

/** `*.` and a subdomain: hosts of an Ingress. */
export const wildcardSubdomainErrors = (value: string): string[] =>
  bounded(value, DNS_SUBDOMAIN_MAX_BYTES, wildcardPattern, WILDCARD_MESSAGE)

/** An identifier of C: deprecated names of environment variables. */
export const cIdentifierErrors = (value: string): string[] => (cIdentifierPattern.test(value) ? [] : [C_IDENTIFIER_MESSAGE])

/** A name with an optional DNS subdomain and `/` before it: keys of labels, names of finalizers, resources and conditions. */
export function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2)
    return [`a qualified name ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const messages: string[] = []
  const name = parts.length === 2 ? parts[1]! : parts[0]!
  if (parts.length === 2) {
    if (parts[0] === '') messages.push('prefix part must be non-empty')
    else messages.push(...dnsSubdomainErrors(parts[0]!).map((message) => `prefix part ${message}`))
  }
  if (name === '') messages.push('name part must be non-empty')
  else if (utf8Length(name) > 63) messages.push(`name part ${maxLengthMessage(63)}`)
  if (!qualifiedPattern.test(name)) messages.push(`name part ${QUALIFIED_MESSAGE}`)
  return messages
}

/** The value of a label: empty, or like the name part of a qualified name. */
export function labelValueErrors(value: string): string[] {
  const messages: string[] = []
  if (utf8Length(value) > LABEL_VALUE_MAX_BYTES) messages.push(maxLengthMessage(LABEL_VALUE_MAX_BYTES))
  if (value !== '' && !qualifiedPattern.test(value)) messages.push(LABEL_VALUE_MESSAGE)
  return messages
}

/** The key of an annotation: a qualified name in any case. */
export const annotationKeyErrors = (value: string): string[] => qualifiedNameErrors(value.toLowerCase())

/** A name that can be one segment of a URL path: the names of roles, and the least that any name must satisfy. */
export function pathSegmentErrors(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return pathSegmentPrefixErrors(value)
}

/** The beginning of a name that can be a path segment. */
export function pathSegmentPrefixErrors(value: string): string[] {
  return ['/', '%'].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`)
}
