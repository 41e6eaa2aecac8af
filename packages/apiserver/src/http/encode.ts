import { type KubeObject, printExactJson } from '@kubetape/apimachinery'
import type { ListResult } from '@kubetape/storage'
import type { BodyResult } from '../request/api-request.ts'
import { JoinedItems } from './joined-items.ts'
import type { ServedResource } from '../registry/served-resource.ts'

const COMMA = Buffer.from(',')

/** A result as JSON bytes in the kind's own form. Stored bytes are sent as they are; nothing is parsed or encoded again. */
export function encodeResult(resource: ServedResource, result: BodyResult): Uint8Array {
  switch (result.type) {
    case 'stored':
      return result.stored.bytes
    case 'object':
      return encodeJson(result.object)
    case 'status':
      return encodeJson(result.status)
    case 'list':
      return encodeList(resource, result.list)
  }
}

export function encodeJson(value: KubeObject | object): Uint8Array {
  return Buffer.from(printExactJson(value), 'utf8')
}

/** With a line feed at its end, as the API server ends JSON answers. */
export function encodeJsonLine(value: object): Uint8Array {
  return Buffer.from(`${printExactJson(value)}\n`, 'utf8')
}

/**
 * `{"kind":"PodList",…,"items":[…]}`, in pieces; items of built-in kinds leave out kind and apiVersion, which stand at their head. Undefined for
 * custom resources.
 */
export function encodeListInPieces(resource: ServedResource, list: ListResult): JoinedItems | undefined {
  if (resource.custom) return undefined
  const head = `{"kind":${JSON.stringify(`${resource.info.kind}List`)},"apiVersion":${JSON.stringify(resource.apiVersion)},"metadata":${JSON.stringify(listMetadata(list))},"items":[`
  return new JoinedItems(Buffer.from(head), list.items, resource.head.length)
}

function encodeList(resource: ServedResource, list: ListResult): Uint8Array {
  return encodeListInPieces(resource, list)?.whole() ?? encodeCustomList(resource, list)
}

/** Lists of custom resources have whole items, and always say whether they go on. */
function encodeCustomList({ info, apiVersion }: ServedResource, list: ListResult): Uint8Array {
  const kind = info.listKind ?? `${info.kind}List`
  const metadata = { continue: '', ...listMetadata(list) }
  const parts: Uint8Array[] = [Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},"items":[`)]
  for (const [at, item] of list.items.entries()) {
    if (at > 0) parts.push(COMMA)
    parts.push(item.bytes)
  }
  parts.push(Buffer.from(`],"kind":${JSON.stringify(kind)},"metadata":${JSON.stringify(metadata)}}`))
  return Buffer.concat(parts)
}

export function listMetadata(list: ListResult): { resourceVersion: string; continue?: string; remainingItemCount?: number } {
  return {
    resourceVersion: String(list.revision),
    ...(list.continue === undefined ? {} : { continue: list.continue }),
    ...(list.remaining === undefined || list.remaining === 0 ? {} : { remainingItemCount: list.remaining }),
  }
}
