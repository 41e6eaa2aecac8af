import { createHmac, randomBytes } from 'node:crypto'
import { type GroupResource, isJsonObject, type JsonObject, printExactJson } from '@kubetape/apimachinery'

/** What a recorded value is of: a resource, or what is sent to one of its subresources. */
export interface RedactionTarget extends GroupResource {
  readonly subresource?: string
}

/** Takes out of recorded values what nobody shall read on the tape. */
export interface Redaction {
  /** Whether it changes anything of this target. */
  applies(target: RedactionTarget): boolean
  /** A copy of an object, or of the body of a patch of one, without what is secret. */
  redact<T>(target: RedactionTarget, value: T): T
}

/** What stands in for a secret value begins with this. */
const MARK = 'redacted-'
/** Of a Secret, what may be told; of any other field its values are taken out, since a misspelt `stringData` is a secret too. */
const OPEN_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'type', 'immutable'])
/** What a strategic merge patch says of itself among the fields and values. */
const DIRECTIVES: ReadonlySet<string> = new Set(['$patch', '$retainKeys'])
/** Clients repeat the whole object here: kubectl (`last-applied-configuration`), kapp (`original`), Rancher (`applied`) and others. */
const REPEATING_ANNOTATION = /last-applied|\/(applied|original)$/

/** Whether objects, requests or answers of this target carry secrets by themselves. */
export function holdsSecrets({ group, resource, subresource }: RedactionTarget): boolean {
  if (group === 'authentication.k8s.io') return resource === 'tokenreviews'
  return group === '' && (resource === 'secrets' || (resource === 'serviceaccounts' && subresource === 'token'))
}

/**
 * Replaces by pseudonyms the values of Secrets (`data`, `stringData`, annotations that repeat the object), tokens of service accounts that are
 * issued, and tokens that a TokenReview asks about. Equal values get equal ones within a session, so that a controller that copies or compares
 * secrets decides the same in replay; nobody can compute the value from one, or test a guess, because the key is random and kept nowhere. Empty
 * values stay empty.
 *
 * NOTE: What controllers make of a secret elsewhere is recorded as it was: a checksum in an annotation, a ConfigMap that it was copied to, state
 * that is carried, readings from outside, the text of an event or an error.
 */
export function redactSecrets(): Redaction {
  const pseudonyms = new Pseudonyms()
  return {
    applies: holdsSecrets,
    redact: <T>({ resource }: GroupResource, value: T): T =>
      (resource === 'secrets' ? secretWithout(value, pseudonyms) : tokensWithout(value, pseudonyms)) as T,
  }
}

/** Whether a recorded value stands in for one that was taken out. */
export function isPseudonym(value: unknown): boolean {
  return typeof value === 'string' && (value.startsWith(MARK) || Buffer.from(value, 'base64').toString().startsWith(MARK))
}

/** Equal ones for equal values, for as long as this is kept. */
class Pseudonyms {
  readonly #key = randomBytes(32)

  /** For a value as it is. */
  readonly plain = (value: unknown): unknown => this.#of(value, (text) => this.#pseudonym(Buffer.from(text)))

  /** For a value in base64; the pseudonym is too. */
  readonly encoded = (value: unknown): unknown =>
    this.#of(value, (text) => Buffer.from(this.#pseudonym(Buffer.from(text, 'base64'))).toString('base64'))

  #of(value: unknown, pseudonym: (text: string) => string): unknown {
    if (value === null || value === undefined || value === '') return value
    return pseudonym(typeof value === 'string' ? value : printExactJson(value))
  }

  #pseudonym(bytes: Buffer): string {
    return MARK + createHmac('sha256', this.#key).update(bytes).digest('hex').slice(0, 24)
  }
}

/** A Secret, a part of one as in merge patches and applies, or a JSON patch of one. */
function secretWithout(value: unknown, pseudonyms: Pseudonyms): unknown {
  if (Array.isArray(value)) return value.map((operation) => operationWithout(operation, pseudonyms))
  if (!isJsonObject(value)) return pseudonyms.plain(value)
  return mapped(value, (field, one) => {
    if (field === 'data') return valuesWithout(one, pseudonyms.encoded)
    if (field === 'metadata') return metadataWithout(one, pseudonyms)
    return OPEN_FIELDS.has(field) || DIRECTIVES.has(field) ? one : valuesWithout(one, pseudonyms.plain)
  })
}

/** One operation of a JSON patch: its value is redacted where it will stand. */
function operationWithout(operation: unknown, pseudonyms: Pseudonyms): unknown {
  if (!isJsonObject(operation)) return pseudonyms.plain(operation)
  if (!('value' in operation)) return operation
  const { path, value } = operation
  const parts = pathParts(path)
  if (parts === undefined) return { ...operation, value: pseudonyms.plain(value) }
  const placed = parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value)
  const redacted = parts.reduce<unknown>((outer, part) => (isJsonObject(outer) ? outer[part] : outer), secretWithout(placed, pseudonyms))
  return { ...operation, value: redacted }
}

/** The parts of a JSON pointer (RFC 6901); undefined for what is none. */
function pathParts(path: unknown): string[] | undefined {
  if (path === '') return []
  if (typeof path !== 'string' || !path.startsWith('/')) return undefined
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function metadataWithout(metadata: unknown, pseudonyms: Pseudonyms): unknown {
  if (!isJsonObject(metadata) || !isJsonObject(metadata['annotations'])) return metadata
  const annotations = mapped(metadata['annotations'], (name, text) => (repeatsObject(name, text) ? pseudonyms.plain(text) : text))
  return { ...metadata, annotations }
}

function repeatsObject(annotation: string, text: unknown): boolean {
  return REPEATING_ANNOTATION.test(annotation) || (typeof text === 'string' && text.trimStart().startsWith('{'))
}

/** A TokenRequest or a TokenReview, asked or answered. */
function tokensWithout(value: unknown, { plain }: Pseudonyms): unknown {
  if (!isJsonObject(value)) return plain(value)
  return mapped(value, (_field, part) => (isJsonObject(part) ? mapped(part, (field, one) => (field === 'token' ? plain(one) : one)) : part))
}

function valuesWithout(values: unknown, replace: (value: unknown) => unknown): unknown {
  return isJsonObject(values) ? mapped(values, (name, value) => (DIRECTIVES.has(name) ? value : replace(value))) : replace(values)
}

function mapped(object: JsonObject, change: (name: string, value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(name, value)]))
}
