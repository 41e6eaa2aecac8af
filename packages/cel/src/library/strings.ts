import { CelEvaluationError } from '../cel-program.ts'
import { CelList } from '../runtime/collections.ts'
import { searching } from '../runtime/regex.ts'
import { formatString } from './format-string.ts'
import { type CelFunction, library, noSuchOverload, standard } from './library.ts'

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw noSuchOverload()
  return value
}
const index = (value: unknown): number => {
  if (typeof value !== 'bigint') throw noSuchOverload()
  return Number(value)
}
/** White space as Unicode counts it. */
const TRIM = /^[\s\u0085]+|[\s\u0085]+$/g

/** The code units up to a code point. */
function unitsOf(value: string, points: number): number {
  if (!/[\ud800-\udfff]/.test(value)) return points
  return [...value].slice(0, points).join('').length
}

function pointsBefore(value: string, units: number): bigint {
  return BigInt(units < 0 ? -1 : [...value.slice(0, units)].length)
}

function substring(value: string, from: number, to: number): string {
  const length = [...value].length
  if (from < 0 || from > length) throw new CelEvaluationError(`index out of range: ${from}`)
  if (to < 0 || to > length) throw new CelEvaluationError(`index out of range: ${to}`)
  if (from > to) throw new CelEvaluationError(`invalid substring range. start: ${from}, end: ${to}`)
  return value.slice(unitsOf(value, from), unitsOf(value, to))
}

function indexOf(value: string, part: string, from: number): bigint {
  if (part === '') return BigInt(from)
  const length = [...value].length
  if (from < 0 || from >= length) {
    if (from === 0) return -1n
    throw new CelEvaluationError(`index out of range: ${from}`)
  }
  return pointsBefore(value, value.indexOf(part, unitsOf(value, from)))
}

function lastIndexOf(value: string, part: string, from: number): bigint {
  const length = [...value].length
  if (part === '') return BigInt(from)
  if (from < 0 || from >= length) {
    if (length === 0) return -1n
    throw new CelEvaluationError(`index out of range: ${from}`)
  }
  return pointsBefore(value, value.lastIndexOf(part, unitsOf(value, from)))
}

function replaceSome(value: string, from: string, to: string, count: number): string {
  if (count < 0) return from === '' ? surround(value, to, Infinity) : value.replaceAll(from, () => to)
  if (from === '') return surround(value, to, count)
  let [result, rest] = ['', value]
  for (let done = 0; done < count; done++) {
    const at = rest.indexOf(from)
    if (at < 0) break
    result += rest.slice(0, at) + to
    rest = rest.slice(at + from.length)
  }
  return result + rest
}

function surround(value: string, to: string, count: number): string {
  const points = [...value]
  let result = ''
  for (let at = 0; at <= points.length; at++) result += (at < count ? to : '') + (points[at] ?? '')
  return result
}

function splitSome(value: string, separator: string, count: number): string[] {
  if (count === 0) return []
  const parts = separator === '' ? [...value] : value.split(separator)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

/** `matches`, and the strings that CEL itself knows. */
export const coreStrings: readonly CelFunction[] = [
  standard('contains', { contains_string: 'string.(string): bool' }, ([a, b]) => text(a).includes(text(b))),
  standard('startsWith', { starts_with_string: 'string.(string): bool' }, ([a, b]) => text(a).startsWith(text(b))),
  standard('endsWith', { ends_with_string: 'string.(string): bool' }, ([a, b]) => text(a).endsWith(text(b))),
  standard('matches', { matches: '(string, string): bool', matches_string: 'string.(string): bool' }, ([a, b], context) =>
    searching(text(a), text(b), context).find(),
  ),
]

/** The strings extension, version 2. */
export const strings: readonly CelFunction[] = [
  library('charAt', { string_char_at_int: 'string.(int): string' }, ([a, at]) => {
    const points = [...text(a)]
    const position = index(at)
    if (position < 0 || position > points.length) throw new CelEvaluationError(`index out of range: ${position}`)
    return points[position] ?? ''
  }),
  library('lowerAscii', { string_lower_ascii: 'string.(): string' }, ([a]) => text(a).replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  library('upperAscii', { string_upper_ascii: 'string.(): string' }, ([a]) => text(a).replace(/[a-z]+/g, (part) => part.toUpperCase())),
  library('trim', { string_trim: 'string.(): string' }, ([a]) => text(a).replace(TRIM, '')),
  library(
    'substring',
    { string_substring_int: 'string.(int): string', string_substring_int_int: 'string.(int, int): string' },
    ([a, from, to]) => substring(text(a), index(from), to === undefined ? [...text(a)].length : index(to)),
  ),
  library(
    'replace',
    {
      string_replace_string_string: 'string.(string, string): string',
      string_replace_string_string_int: 'string.(string, string, int): string',
    },
    ([a, from, to, count], context) => {
      const [value, part, by] = [text(a), text(from), text(to)]
      context.walk(value.length + (part === '' ? value.length + 1 : value.split(part).length) * by.length)
      return replaceSome(value, part, by, count === undefined ? -1 : index(count))
    },
  ),
  library(
    'split',
    { string_split_string: 'string.(string): list(string)', string_split_string_int: 'string.(string, int): list(string)' },
    ([a, by, count]) => CelList.of(splitSome(text(a), text(by), count === undefined ? -1 : index(count))),
  ),
  library(
    'join',
    { list_join: 'list(string).(): string', list_join_string: 'list(string).(string): string' },
    ([list, by = ''], context) => {
      if (!(list instanceof CelList)) throw noSuchOverload()
      const parts: string[] = []
      for (const part of list) {
        context.walk(1 + text(part).length + text(by).length)
        parts.push(text(part))
      }
      return parts.join(text(by))
    },
  ),
  library('format', { string_format: 'string.(list(dyn)): string' }, ([a, list], context) => {
    if (!(list instanceof CelList)) throw noSuchOverload()
    return formatString(text(a), list, context)
  }),
  library('strings.quote', { strings_quote: '(string): string' }, ([a]) => quoteText(text(a))),
]

/** In double quotes, with what is special escaped. */
function quoteText(value: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
    '"': '\\"',
  }
  return `"${[...value].map((char) => escapes[char] ?? char).join('')}"`
}

/** `indexOf` and `lastIndexOf`, of strings and of lists. */
export function indexFunctions(ofList: (list: CelList, item: unknown, last: boolean) => bigint): readonly CelFunction[] {
  return [
    library(
      'indexOf',
      {
        string_index_of_string: 'string.(string): int',
        string_index_of_string_int: 'string.(string, int): int',
        list_a_index_of_int: 'list(A).(A): int',
      },
      ([a, part, from]) =>
        a instanceof CelList ? ofList(a, part, false) : indexOf(text(a), text(part), from === undefined ? 0 : index(from)),
    ),
    library(
      'lastIndexOf',
      {
        string_last_index_of_string: 'string.(string): int',
        string_last_index_of_string_int: 'string.(string, int): int',
        list_a_last_index_of_int: 'list(A).(A): int',
      },
      ([a, part, from]) => {
        if (a instanceof CelList) return ofList(a, part, true)
        const value = text(a)
        const length = [...value].length
        if (from === undefined) return text(part) === '' ? BigInt(length) : pointsBefore(value, value.lastIndexOf(text(part)))
        return lastIndexOf(value, text(part), index(from))
      },
    ),
  ]
}
