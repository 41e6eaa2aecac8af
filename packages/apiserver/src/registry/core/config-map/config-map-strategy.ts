import type { ConfigMap } from '@kubetape/api/types/core/v1'
import {
  configMapKeyErrors,
  deepEqual,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  utf8Length,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../../strategy.ts'
import { ageCell } from '../../table-cells.ts'
import { base64Bytes, DATA_MAX_BYTES } from './data-size.ts'

const DATA = FieldPath.of('data')
const BINARY_DATA = FieldPath.of('binaryData')
const IMMUTABLE = 'field is immutable when `immutable` is set'
const NOTHING: Readonly<Record<string, string>> = {}

function validate(draft: Draft): FieldError[] {
  const { data = NOTHING, binaryData = NOTHING } = draft as ConfigMap
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of Object.entries(data)) {
    errors.push(...keyErrors(key, DATA))
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(DATA.key(key), key, 'duplicate of key present in binaryData'))
    bytes += utf8Length(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...keyErrors(key, BINARY_DATA))
    bytes += base64Bytes(value)
  }
  // The whole object is at fault, which upstream writes as a path without names.
  if (bytes > DATA_MAX_BYTES)
    errors.push({ type: 'FieldValueTooLong', field: '[]', message: `Too long: must have at most ${DATA_MAX_BYTES} bytes` })
  return errors
}

const keyErrors = (key: string, path: FieldPath): FieldError[] =>
  configMapKeyErrors(key).map((detail) => invalid(path.key(key), key, detail))

/** Once `immutable` is set nothing of the content changes, and `immutable` stays (KEP-1412). */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const map = draft as ConfigMap
  const old = stored as Readonly<ConfigMap>
  const errors: FieldError[] = []
  if (old.immutable === true) {
    if (map.immutable !== true) errors.push(forbidden(FieldPath.of('immutable'), IMMUTABLE))
    if (!deepEqual(map.data ?? NOTHING, old.data ?? NOTHING)) errors.push(forbidden(DATA, IMMUTABLE))
    if (!deepEqual(map.binaryData ?? NOTHING, old.binaryData ?? NOTHING)) errors.push(forbidden(BINARY_DATA, IMMUTABLE))
  }
  return [...errors, ...validate(draft)]
}

/** Configuration maps (API reference, v1 ConfigMap). */
export const configMapStrategy: Strategy = {
  metadataOnUpdate: 'whole',
  validate,
  validateUpdate,
  generation: 'none',
  tableRow: (object, nowMs) => {
    const { metadata, data = NOTHING, binaryData = NOTHING } = object as Readonly<ConfigMap>
    return [metadata.name ?? '', Object.keys(data).length + Object.keys(binaryData).length, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
