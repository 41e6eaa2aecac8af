import { isIPv4, isIPv6 } from 'node:net'

/** Whether a text has a format. */
type Format = (text: string) => boolean

const matches =
  (pattern: RegExp): Format =>
  (text) =>
    pattern.test(text)

const LABEL_MAX_BYTES = 63
const HOSTNAME_MAX_BYTES = 255
const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.))+([a-zA-Z0-9\p{S}\p{L}])(-?[a-zA-Z0-9\p{S}\p{L}]){1,62})$/u
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})$/
const COLOUR_PART = '\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*'
const CREDIT_CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11}|6[27][0-9]{14})$/
const GO_DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const LONG_DURATION =
  /^(\d+)\s*(?:h|hr|hrs?|hour|hours|d|day|days|w|week|weeks|wks?|m|min|mins|minute|minutes|s|sec|secs|second|seconds|ms|milli|millis|millisecond|milliseconds|us|µs|micro|micros|microsecond|microseconds|ns|nano|nanos|nanosecond|nanoseconds)$/i

/** The formats that v1.31 checks (API concepts, CustomResourceDefinition: "format"); any other says nothing. */
const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['bsonobjectid', matches(/^[0-9a-fA-F]{24}$/)],
  ['uri', isRequestUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', (text) => isAddress(text) && text.includes('.')],
  ['ipv6', (text) => isAddress(text) && text.includes(':')],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', uuid('[0-9a-f]{4}', '[0-9a-f]{4}')],
  ['uuid3', uuid('3[0-9a-f]{3}', '[0-9a-f]{4}')],
  ['uuid4', uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}')],
  ['uuid5', uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}')],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['hexcolor', matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', matches(new RegExp(`^rgb\\(${COLOUR_PART},${COLOUR_PART},${COLOUR_PART}\\)$`))],
  ['byte', isBase64],
  ['password', () => true],
  ['date', isDate],
  ['duration', (text) => GO_DURATION.test(text) || LONG_DURATION.test(text)],
  ['datetime', isDateTime],
  ['date-time', isDateTime],
])

/** The check of a format; undefined where it says nothing. */
export function stringFormat(name: string | undefined): Format | undefined {
  return name === undefined ? undefined : FORMATS.get(name)
}

/** An absolute URI, or an absolute path. */
function isRequestUri(text: string): boolean {
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return false
  if (/%(?![0-9a-fA-F]{2})/.test(text.split('?')[0]!)) return false
  if (text === '*' || text.startsWith('/')) return hasGoodAuthority(text)
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:(.*)$/s.exec(text)
  return scheme !== null && hasGoodAuthority(scheme[1]!)
}

function hasGoodAuthority(rest: string): boolean {
  if (!rest.startsWith('//') || rest.startsWith('///')) return true
  const authority = rest.slice(2).split(/[/?]/)[0]!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (host.startsWith('[')) return /^\[[0-9a-fA-F:.]+(%25[^\]]+)?\](:\d*)?$/.test(host)
  return !/[ "<>\\^`{|}#]/.test(host) && /^[^:]*(:\d*)?$/.test(host)
}

/** An address as mail headers have them: `a@b`, or `Name <a@b>`. */
function isEmail(text: string): boolean {
  const named = /^[^<>@]*<([^<>]+)>\s*$/.exec(text)
  const address = (named?.[1] ?? text).trim()
  return /^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*|"(?:[^"\\]|\\.)*")@(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*|\[[^\][\\]*\])$/u.test(
    address,
  )
}

function isHostname(text: string): boolean {
  if (text.length > HOSTNAME_MAX_BYTES || !HOSTNAME.test(text)) return false
  return Buffer.byteLength(text) <= HOSTNAME_MAX_BYTES && text.split('.').every((label) => Buffer.byteLength(label) <= LABEL_MAX_BYTES)
}

function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'))
}

function isCidr(text: string): boolean {
  const parts = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text)
  return parts !== null && isAddress(parts[1]!) && Number(parts[2]) <= (isIPv4(parts[1]!) ? 32 : 128)
}

/** 6, 8 or 20 bytes, in pairs or in fours of digits. */
function isMac(text: string): boolean {
  const separated = text.includes('.')
    ? /^[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+$/
    : /^[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2})*$/
  return separated.test(text) && [12, 16, 40].includes(text.replaceAll(/[.:-]/g, '').length)
}

function uuid(third: string, fourth: string): Format {
  return matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`, 'i'))
}

const withoutSeparators = (text: string): string => text.replaceAll(/[\s-]+/g, '')

function isIsbn10(text: string): boolean {
  const digits = withoutSeparators(text)
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false
  return [...digits].reduce((sum, digit, at) => sum + (at + 1) * (digit === 'X' ? 10 : Number(digit)), 0) % 11 === 0
}

function isIsbn13(text: string): boolean {
  const digits = withoutSeparators(text)
  if (!/^[0-9]{13}$/.test(digits)) return false
  return [...digits].reduce((sum, digit, at) => sum + (at % 2 === 0 ? 1 : 3) * Number(digit), 0) % 10 === 0
}

/** A number of a known issuer whose check digit is right. */
function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '')
  if (!CREDIT_CARD.test(digits)) return false
  let sum = 0
  for (const [at, digit] of [...digits].reverse().entries()) {
    const doubled = at % 2 === 0 ? Number(digit) : Number(digit) * 2
    sum += doubled >= 10 ? (doubled % 10) + 1 : doubled
  }
  return sum % 10 === 0
}

function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function isDate(text: string): boolean {
  const parts = DATE.exec(text)
  if (parts === null) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  if (month < 1 || month > 12 || day < 1) return false
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day <= days
}

function isDateTime(text: string): boolean {
  const [date, time] = text.toLowerCase().split('t')
  if (time === undefined || !isDate(date!)) return false
  const parts = TIME.exec(time)
  return parts !== null && parts[1]! <= '23' && parts[2]! <= '59' && parts[3]! <= '59'
}
