import { badRequest, unsupportedMediaType } from '@kubetape/apimachinery'
import { isScalar, LineCounter, parse as parseYaml, parseDocument, visit, YAMLParseError } from 'yaml'
import { JsonText } from '../schema/json-text.ts'
import { protobufText } from '../protobuf/protobuf-body.ts'

/** The media types that the bodies of writes may have. */
const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** A body as JSON text, converted where it is YAML or, unless `withoutProtobuf`, protobuf. Throws 415 for other media types. */
export function bodyText(bytes: Buffer, mediaType: string, withoutProtobuf = false): string {
  const text = bytes.toString('utf8')
  if (mediaType === 'application/json') return text
  if (mediaType === 'application/yaml') return JSON.stringify(yaml(text) ?? null)
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

/** 415 for a body of a media type that is not read. */
export const unknownFormat = (accepted: readonly string[]): Error =>
  unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`)

/** YAML 1.1 as the API server reads it: y, yes, on … are booleans. */
function yaml(text: string): unknown {
  try {
    return parseYaml(text, { version: '1.1', merge: true, uniqueKeys: false, logLevel: 'error' }) as unknown
  } catch (error) {
    if (error instanceof YAMLParseError) throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`)
    throw error
  }
}

/** `line 5: key "data" already set in map`, for each key of a YAML text that is there twice: what fieldValidation says of it. */
export function repeatedYamlKeys(text: string): string[] {
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
