import { type KubeObject, printExactJson } from '@kubetape/apimachinery'
import type { ListResult } from '@kubetape/storage'
import type { BodyResult } from '../request/api-request.ts'
import { type Body, COMMAS, COMMAS_AND_BRACES, ListBody, listLength, wholeBody } from './list-body.ts'
import type { ServedResource } from '../registry/served-resource.ts'

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
      return wholeBody(listBody(resource, result.list, ''))
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
 * `{"kind":"PodList",…,"items":[…]}`, to be made while it is sent; items of built-in kinds leave out kind and apiVersion, which stand at their head. `end`
 * follows.
 */
export function listBody(resource: ServedResource, list: ListResult, end: string): Body {
  const { items } = list
  const skip = resource.custom ? 0 : resource.head.length
  const options = {
    ...(resource.custom ? customListEnds(resource, list, end) : listEnds(resource, list, end)),
    separator: resource.custom ? COMMAS : COMMAS_AND_BRACES,
    count: items.length,
    item: (index: number) => items[index]!.bytes,
    skip,
  }
  const sizes = items.map(({ bytes }) => bytes.length - skip)
  return new ListBody({ ...options, length: listLength(options, sizes) })
}

/** What stands before and behind the items of a list. */
interface Ends {
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

function listEnds({ info, apiVersion }: ServedResource, list: ListResult, end: string): Ends {
  const head = `{"kind":${JSON.stringify(`${info.kind}List`)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(listMetadata(list))},"items":[`
  return { head: Buffer.from(head), tail: Buffer.from(`]}${end}`) }
}

/** Lists of custom resources have whole items, and always say whether they go on. */
function customListEnds({ info, apiVersion }: ServedResource, list: ListResult, end: string): Ends {
  const kind = info.listKind ?? `${info.kind}List`
  const metadata = { continue: '', ...listMetadata(list) }
  return {
    head: Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},"items":[`),
    tail: Buffer.from(`],"kind":${JSON.stringify(kind)},"metadata":${JSON.stringify(metadata)}}${end}`),
  }
}

export function listMetadata(list: ListResult): { resourceVersion: string; continue?: string; remainingItemCount?: number } {
  return {
    resourceVersion: String(list.revision),
    ...(list.continue === undefined ? {} : { continue: list.continue }),
    ...(list.remaining === undefined || list.remaining === 0 ? {} : { remainingItemCount: list.remaining }),
  }
}
