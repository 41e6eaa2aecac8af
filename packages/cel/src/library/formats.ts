import { dns1035LabelErrors, dnsLabelErrors, dnsSubdomainErrors, labelValueErrors, qualifiedNameErrors } from '@kubetape/apimachinery'
import { CelEvaluationError } from '../cel-program.ts'
import { CelList } from '../runtime/collections.ts'
import { CelOpaque, CelOptional } from '../runtime/values.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'
import { parseUrl } from './urls.ts'

/** A named format that strings may have. */
export class CelFormat extends CelOpaque {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  readonly #errors: (text: string) => readonly string[]

  constructor(name: string, errors: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.#errors = errors
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelFormat && other.name === this.name
  }

  errors(text: string): readonly string[] {
    return this.#errors(text)
  }
}

/** Names that get more characters appended: a dash at the end does not matter. */
const prefix = (errors: (text: string) => string[]) => (text: string) => errors(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)
const pattern = (shape: RegExp, message: string) => (text: string) => (shape.test(text) ? [] : [message])

function uriErrors(text: string): string[] {
  try {
    parseUrl(text)
    return []
  } catch (error) {
    if (error instanceof CelEvaluationError) return [error.message]
    throw error
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

const FORMATS: ReadonlyMap<string, CelFormat> = new Map(
  Object.entries<(text: string) => readonly string[]>({
    dns1123Label: dnsLabelErrors,
    dns1123Subdomain: dnsSubdomainErrors,
    dns1035Label: dns1035LabelErrors,
    qualifiedName: qualifiedNameErrors,
    dns1123LabelPrefix: prefix(dnsLabelErrors),
    dns1123SubdomainPrefix: prefix(dnsSubdomainErrors),
    dns1035LabelPrefix: prefix(dns1035LabelErrors),
    labelValue: labelValueErrors,
    uri: uriErrors,
    uuid: pattern(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
    byte: (text) => (isBase64(text) ? [] : ['invalid base64']),
    date: (text) => (isDate(text) ? [] : ['invalid date']),
    datetime: (text) => (isDateTime(text) ? [] : ['invalid datetime']),
  }).map(([name, errors]) => [name, new CelFormat(name, errors)]),
)

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}

const FORMAT = 'kubernetes.NamedFormat'

/** The format library, for v1.31's stored expressions and after. */
export const formats: readonly CelFunction[] = [
  ...[...FORMATS].map(([name, format]) => library(`format.${name}`, { [`format-${name}`]: `(): ${FORMAT}` }, () => format)),
  library('format.named', { 'format-named': `(string): optional(${FORMAT})` }, ([name]) => {
    const format = typeof name === 'string' ? FORMATS.get(name) : undefined
    return format === undefined ? CelOptional.none : new CelOptional(format)
  }),
  library('validate', { 'format-validate': `${FORMAT}.(string): optional(list(string))` }, ([format, text]) => {
    if (!(format instanceof CelFormat) || typeof text !== 'string') throw noSuchOverload()
    const errors = format.errors(text)
    return errors.length === 0 ? CelOptional.none : new CelOptional(CelList.of(errors))
  }),
]
