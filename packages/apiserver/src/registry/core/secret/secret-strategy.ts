import type { Secret } from '@kubetape/api/types/core/v1'
import {
  configMapKeyErrors,
  deepEqual,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  tooLong,
  validateImmutable,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../../strategy.ts'
import { ageCell } from '../../table-cells.ts'
import { base64Bytes, DATA_MAX_BYTES } from '../config-map/data-size.ts'
import { validateSecretContent } from './secret-content-validation.ts'
import { tlsPairError } from './tls-warnings.ts'

const DATA = FieldPath.of('data')
const IMMUTABLE = 'field is immutable when `immutable` is set'
const NOTHING: Readonly<Record<string, string>> = {}

/** `stringData` is a way to write `data`, and is never read back. */
function defaultSecret(draft: Draft): void {
  const secret = draft as Secret
  secret.type ||= 'Opaque'
  if (secret.stringData === undefined) return
  const data = (secret.data ??= {})
  for (const [key, text] of Object.entries(secret.stringData)) data[key] = Buffer.from(text, 'utf8').toString('base64')
  delete secret.stringData
}

function validate(draft: Draft): FieldError[] {
  const { data = NOTHING, type = '', metadata } = draft as Secret
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of Object.entries(data)) {
    for (const detail of configMapKeyErrors(key)) errors.push(invalid(DATA.key(key), key, detail))
    bytes += base64Bytes(value)
  }
  if (bytes > DATA_MAX_BYTES) errors.push(tooLong(DATA, DATA_MAX_BYTES))
  return [...errors, ...validateSecretContent(type, data, metadata.annotations ?? NOTHING)]
}

/** The type never changes, and once `immutable` is set the content does not either (KEP-1412). */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const secret = draft as Secret
  const old = stored as Readonly<Secret>
  const errors = validateImmutable(secret.type, old.type, FieldPath.of('type'))
  if (old.immutable === true) {
    if (secret.immutable !== true) errors.push(forbidden(FieldPath.of('immutable'), IMMUTABLE))
    if (!deepEqual(secret.data ?? NOTHING, old.data ?? NOTHING)) errors.push(forbidden(DATA, IMMUTABLE))
  }
  return [...errors, ...validate(draft)]
}

function warnings(draft: Readonly<KubeObject>): string[] {
  const { type, data = NOTHING } = draft as Readonly<Secret>
  if (type !== 'kubernetes.io/tls') return []
  const error = tlsPairError(data['tls.crt'] ?? '', data['tls.key'] ?? '')
  return error === undefined ? [] : [error]
}

/** Secrets (API reference, v1 Secret). */
export const secretStrategy: Strategy = {
  metadataOnUpdate: 'whole',
  default: defaultSecret,
  validate,
  validateUpdate,
  warnings,
  generation: 'none',
  selectableFields: (object) => ({ type: (object as Readonly<Secret>).type ?? '' }),
  tableRow: (object, nowMs) => {
    const { metadata, type = '', data = NOTHING } = object as Readonly<Secret>
    return [metadata.name ?? '', type, Object.keys(data).length, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
