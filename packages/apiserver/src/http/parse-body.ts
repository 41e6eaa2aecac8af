import { badRequest, printExactJson, setMember, unsupportedMediaType } from '@kubetape/apimachinery'
import type { DocumentOptions, ParseOptions, SchemaOptions } from 'yaml'
import { summaryOf } from '../schema/decode-body.ts'
import { countKeys } from '../schema/decoder.ts'
import { ExactNumber, isInt64 } from '../schema/exact-number.ts'
import { BODY_BYTES_MAX } from './body.ts'
import { JsonText } from '../schema/json-text.ts'
import { RepeatedFields } from '../schema/repeated-fields.ts'
import { goYamlError } from './go-yaml-error.ts'
import { protobufText } from '../protobuf/protobuf-body.ts'
import { yamlLibrary } from '../yaml-library.ts'

/** The media types that the bodies of writes may have. */
const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** Text of YAML may be so many times as long as JSON, by its aliases, as the largest body. */
const YAML_GROWTH_MAX = 2

/** A body of a kind as JSON text, converted where it is YAML or, unless `withoutProtobuf`, protobuf. Throws 415 for other media types, 400 for broken YAML. */
export function bodyText(bytes: Buffer, mediaType: string, kind: string, withoutProtobuf = false): string {
  const text = bytes.toString('utf8')
  if (mediaType === 'application/json') return text
  if (mediaType === 'application/yaml') return yamlAsJson(text, kind)
  if (mediaType === 'application/vnd.kubernetes.protobuf' && !withoutProtobuf) return protobufText(bytes)
  throw unknownFormat(withoutProtobuf ? ACCEPTED.slice(0, 2) : ACCEPTED)
}

/** A patch. Throws 400 for text that is no JSON. */
export function patchText(bytes: Buffer): JsonText {
  try {
    return JsonText.read(bytes.toString('utf8'))
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The body of a server-side apply, which is YAML and so may be JSON: its value, integers of more than 53 bits as bigints, and keys that it has twice.
 * Throws 400 for a text that is neither.
 */
export function appliedBody(bytes: Buffer): { body: unknown; bodyProblems?: readonly string[] } {
  const text = bytes.toString('utf8')
  const json = text.startsWith('{') ? readJson(text) : undefined
  if (json?.plainNumbers === true && countKeys(json.value) === json.keyCount) return { body: json.value }
  const body = json === undefined ? appliedYaml(text) : plainValue(json.exact())
  const bodyProblems = repeatedYamlKeys(text)
  return bodyProblems.length > 0 ? { body, bodyProblems } : { body }
}

function readJson(text: string): JsonText | undefined {
  try {
    return JsonText.read(text)
  } catch {
    return undefined
  }
}

function appliedYaml(text: string): unknown {
  try {
    return plainValue(firstYaml(text, { intAsBigInt: true }) ?? {})
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw badRequest(
      `error decoding YAML: error converting YAML to JSON: yaml: ${isTooMuch(error) ? yamlProblem(error, text) : goYamlError(error)}`,
    )
  }
}

/** A value with a JavaScript number wherever one is exact. Of keys that come twice the last counts. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  if (value instanceof ExactNumber) return isInt64(value.text) ? plainValue(BigInt(value.text)) : value.valueOf()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainValue)
  const plain: Record<string, unknown> = {}
  for (const [name, member] of value instanceof RepeatedFields ? value.entries : Object.entries(value))
    setMember(plain, name, plainValue(member))
  return plain
}

/** 415 for a body of a media type that is not read. */
export const unknownFormat = (accepted: readonly string[]): Error =>
  unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`)

/** Integers that may be more than a JavaScript number holds. */
const LONG_NUMBER = /[0-9]{16}|0x[0-9a-fA-F]{13}/

/** YAML 1.1 as the API server reads it: y, yes, on … are booleans, times stay texts. */
const YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  logLevel: 'error',
  customTags: (tags) => tags.filter((tag) => (typeof tag === 'string' ? tag !== 'timestamp' : tag.tag !== 'tag:yaml.org,2002:timestamp')),
}

/** The first document of a YAML text: upstream does not look at others. Throws the first error in it. */
function firstYaml(text: string, options: ParseOptions): unknown {
  const document = yamlLibrary().parseDocument(text, { ...YAML, ...options })
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
  if (error !== undefined) throw error
  return document.toJS() as unknown
}

/** Throws 400 for text that is no YAML, or that grows beyond what a body may be. */
function yamlAsJson(text: string, kind: string): string {
  try {
    const json = printExactJson(firstYaml(text, { intAsBigInt: LONG_NUMBER.test(text) }) ?? null)
    if (json.length > YAML_GROWTH_MAX * BODY_BYTES_MAX) throw new ReferenceError('too large')
    return json
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): yaml: ${yamlProblem(error, text)} (${summaryOf(text)})`,
    )
  }
}

const isTooMuch = (error: unknown): boolean => error instanceof ReferenceError || error instanceof RangeError

/**
 * What is wrong with a text: also aliases that stand for too much (ReferenceError), nesting that the stack does not hold (RangeError), and an
 * anchor within itself, which no JSON can say (TypeError).
 */
function yamlProblem(error: unknown, text: string): string {
  if (error instanceof TypeError && error.message.includes('circular'))
    return `anchor '${/&(\S+)/.exec(text)?.[1] ?? ''}' value contains itself`
  if (error instanceof ReferenceError) return 'document contains excessive aliasing'
  if (error instanceof RangeError) return 'exceeded max depth'
  if (error instanceof yamlLibrary().YAMLParseError) return goYamlError(error)
  throw error
}

/** `line 5: key "data" already set in map`, for each key of a YAML text that is there twice: what fieldValidation says of it. */
export function repeatedYamlKeys(text: string): string[] {
  const { isScalar, LineCounter, parseDocument, visit } = yamlLibrary()
  const lines = new LineCounter()
  const found: string[] = []
  visit(parseDocument(text, { version: '1.1', merge: true, uniqueKeys: false, logLevel: 'silent', lineCounter: lines }), {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value))
          found.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(String(key.value))} already set in map`)
        seen.add(key.value)
      }
    },
  })
  return found
}
