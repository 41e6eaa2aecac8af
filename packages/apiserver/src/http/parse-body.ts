import { badRequest, unsupportedMediaType } from '@kubetape/apimachinery'
import { parse as parseYaml, YAMLParseError } from 'yaml'
import { JsonText } from '../schema/json-text.ts'

/** The media types that the bodies of writes may have. */
const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** A body as JSON text, converted from YAML where it is YAML. Throws 415 for other media types. */
export function bodyText(bytes: Buffer, mediaType: string): string {
  const text = bytes.toString('utf8')
  if (mediaType === 'application/json') return text
  if (mediaType === 'application/yaml') return JSON.stringify(yaml(text) ?? null)
  throw unknownFormat(ACCEPTED)
}

/** A patch or options as a value. Throws 400 for text that is no JSON (no YAML, where that is allowed). */
export function bodyValue(bytes: Buffer, isYaml: boolean): unknown {
  const text = bytes.toString('utf8')
  if (isYaml) return yaml(text)
  try {
    return JsonText.read(text).value
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export const unknownFormat = (accepted: readonly string[]): Error =>
  unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`)

/** YAML 1.1 as the API server reads it: y, yes, on … are booleans. */
function yaml(text: string): unknown {
  try {
    return parseYaml(text, { version: '1.1', merge: true, uniqueKeys: false, logLevel: 'silent' }) as unknown
  } catch (error) {
    if (error instanceof YAMLParseError) throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`)
    throw error
  }
}
