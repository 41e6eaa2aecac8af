import { badRequest, formatGroupVersion, type GroupVersionKind, parseGroupVersion } from '@kubetape/apimachinery'
import type { Decoded, FieldValidation, KindSchema } from './compile-kind.ts'
import { DecodeError } from './decode-context.ts'
import { isObject, jsonKindOf } from './decoder.ts'
import { JsonSyntaxError } from './exact-reader.ts'
import { JsonText } from './json-text.ts'

/** What a request's path says that its body is. */
export interface ExpectedBody extends GroupVersionKind {
  readonly schema: KindSchema
}

/** The compiled schema of any kind that the server knows; undefined when it is not registered. */
export type KindLookup = (gvk: GroupVersionKind) => KindSchema | undefined

/** What upstream says a head was read into. */
const HEAD_TYPE = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
/** Where upstream's built-in kinds are registered, as its messages say. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30'
const SUMMARY_MAX = 30

/**
 * Reads and decodes the JSON body of a write to a built-in kind. `apiVersion` and `kind` may be left out; another kind than the path's is refused.
 * Throws a 400 BadRequest with upstream's words.
 */
export function decodeBody(text: string, expected: ExpectedBody, mode: FieldValidation, kindOf: KindLookup): Decoded {
  const body = readText(text, expected.kind)
  const gvk = headOf(body, expected, text)
  const isExpected = gvk.kind === expected.kind && gvk.version === expected.version && gvk.group === expected.group
  if (isExpected) return expected.schema.decode(body, mode)
  const refuse = (detail: string): DecodeError =>
    new DecodeError(detail, `${gvk.kind} in version ${JSON.stringify(gvk.version)} cannot be handled as a ${expected.kind}: ${detail}`)
  const schema = kindOf(gvk)
  if (schema === undefined) throw refuse(notRegistered(gvk))
  try {
    schema.decode(body, mode)
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.detail) : error
  }
  if (gvk.kind === expected.kind && gvk.group === expected.group) {
    throw badRequest(
      `the API version in the data (${formatGroupVersion(gvk)}) does not match the expected API version (${formatGroupVersion(expected)})`,
    )
  }
  throw refuse(unknownConversion(gvk, expected))
}

/** `no kind "X" is registered for version "v9" in scheme …` */
export function notRegistered(gvk: GroupVersionKind): string {
  return `no kind ${JSON.stringify(gvk.kind)} is registered for version ${JSON.stringify(formatGroupVersion(gvk))} in scheme ${JSON.stringify(SCHEME)}`
}

/** `converting (v1.Pod) to (core.ConfigMap): unknown conversion` */
export function unknownConversion(from: GroupVersionKind, to: GroupVersionKind): string {
  return `converting (${from.version}.${from.kind}) to (${internalPackageOf(to.group)}.${to.kind}): unknown conversion`
}

/** The package of a group's internal types, as upstream's messages print it. */
function internalPackageOf(group: string): string {
  if (group === '' || group === 'events.k8s.io') return 'core'
  if (group === 'internal.apiserver.k8s.io') return 'apiserverinternal'
  return group.split('.')[0] ?? group
}

/**
 * The JSON of a body that should be of the kind `kind`: an object (or null) whose apiVersion and kind are texts or absent. Throws a 400 BadRequest with
 * upstream's words.
 */
export function readHead(text: string, kind: string): JsonText {
  const body = readText(text, kind)
  headOf(body, { group: '', version: '', kind }, text)
  return body
}

function readText(text: string, kind: string): JsonText {
  try {
    return JsonText.read(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && !(error instanceof SyntaxError)) throw error
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${error.message}`, text)
  }
}

/** The kind that a body says it is, completed by the path's. */
function headOf(body: JsonText, expected: GroupVersionKind, text: string): GroupVersionKind {
  const value = body.value ?? {}
  const wrong = (what: string): never => {
    throw unrecognized(expected.kind, `couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`, text)
  }
  if (!isObject(value)) return wrong(`${jsonKindOf(value)} into Go value of type ${HEAD_TYPE}`)
  const { apiVersion, kind } = value as Record<string, unknown>
  for (const [name, member] of Object.entries({ apiVersion, kind })) {
    if (typeof (member ?? '') !== 'string') wrong(`${jsonKindOf(member)} into Go struct field .${name} of type string`)
  }
  let version = { group: '', version: '' }
  try {
    if (apiVersion) version = parseGroupVersion(apiVersion as string)
  } catch (error) {
    throw unrecognized(expected.kind, (error as Error).message, text)
  }
  if (version.version === '') version = version.group === '' || version.group === expected.group ? expected : version
  return { group: version.group, version: version.version, kind: (kind as string | undefined) || expected.kind }
}

function unrecognized(kind: string, why: string, text: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(text)})`)
}

/** The beginning of a body: as text where it looks like an object, in hexadecimal where it does not. */
export function summaryOf(text: string): string {
  if (text === '') return '<empty>'
  const bytes = Buffer.from(text)
  const cut = bytes.subarray(0, SUMMARY_MAX)
  return `${text.startsWith('{') ? cut.toString() : cut.toString('hex')}${bytes.length > SUMMARY_MAX ? ' ...' : ''}`
}
