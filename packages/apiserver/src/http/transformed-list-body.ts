import type { ListResult, StoredObject } from '@kubetape/storage'
import { encodeJson } from './encode.ts'
import { type Body, COMMAS, ListBody } from './list-body.ts'
import { WHOLE_BYTES_MAX } from './write-answer.ts'

/**
 * A list whose items are made one by one while it is sent: how long it is shows only then. Undefined where its objects are so small that it may as well be
 * built whole. `empty` is the list without items, which its member `items` holds and which ends with it.
 */
export function transformedListBody(
  list: ListResult,
  empty: object,
  items: string,
  transform: (stored: StoredObject) => object,
): Body | undefined {
  let bytes = 0
  for (const stored of list.items) bytes += stored.bytes.length
  if (bytes <= WHOLE_BYTES_MAX) return undefined
  const { [items]: none, ...rest } = empty as Readonly<Record<string, unknown>>
  const whole = encodeJson({ ...rest, [items]: none })
  return new ListBody({
    head: whole.subarray(0, -END.length),
    tail: END_OF_LINE,
    separator: COMMAS,
    count: list.items.length,
    item: (index) => encodeJson(transform(list.items[index]!)),
    length: undefined,
  })
}

const END = Buffer.from(']}')
const END_OF_LINE = Buffer.from(']}\n')
