import { typeNameOfKind } from '@kubetape/api'
import { parseGroupVersion, printExactJson } from '@kubetape/apimachinery'
import { MAGIC } from './envelope.ts'
import { messageToJson } from './message-to-json.ts'
import { malformed, readFields } from './message-reader.ts'

const OPTIONS = /^(Create|Update|Patch|Delete)Options$/

/**
 * A body of `application/vnd.kubernetes.protobuf` as the JSON text that says the same: an envelope (runtime.Unknown) that names the kind, with the
 * object inside. Throws 400 for bytes that are none, or of a kind that v1.31 does not have.
 */
export function protobufText(bytes: Buffer): string {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw malformed('it does not begin with the bytes of a Kubernetes message')
  let head = { apiVersion: '', kind: '' }
  let raw: Buffer = Buffer.alloc(0)
  for (const { field, bytes: value } of readFields(bytes.subarray(MAGIC.length))) {
    if (field === 1 && value !== undefined) head = typeMeta(value)
    else if (field === 2 && value !== undefined) raw = value
  }
  const typeName = typeNameOf(head)
  if (typeName === undefined)
    throw malformed(`no kind ${JSON.stringify(head.kind)} is registered for version ${JSON.stringify(head.apiVersion)}`)
  return printExactJson({ ...head, ...(messageToJson(typeName, raw) as object) })
}

function typeMeta(bytes: Buffer): { apiVersion: string; kind: string } {
  const head = { apiVersion: '', kind: '' }
  for (const { field, bytes: value } of readFields(bytes)) {
    if (field === 1) head.apiVersion = value?.toString('utf8') ?? ''
    else if (field === 2) head.kind = value?.toString('utf8') ?? ''
  }
  return head
}

/** Options are of every group and version, and one type. */
function typeNameOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string | undefined {
  if (OPTIONS.test(kind)) return `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`
  return typeNameOfKind({ ...parseGroupVersion(apiVersion), kind })
}
