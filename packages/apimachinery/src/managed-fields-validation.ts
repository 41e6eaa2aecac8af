import { type FieldError, FieldPath, invalid, tooLong } from './field-error.ts'
import type { ManagedFieldsEntry } from './object-meta.ts'
import { utf8Length } from './utf8-length.ts'

/** The longest name of a field manager. */
export const FIELD_MANAGER_MAX_BYTES = 128
const SUBRESOURCE_MAX_BYTES = 256

/** A field manager's name is short and printable. */
export function validateFieldManager(name: string, path: FieldPath = FieldPath.of('fieldManager')): FieldError[] {
  const errors: FieldError[] = []
  if (utf8Length(name) > FIELD_MANAGER_MAX_BYTES) errors.push(tooLong(path, FIELD_MANAGER_MAX_BYTES))
  let position = 0
  for (const character of name) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
      errors.push(invalid(path, name, `invalid character U+${code} (at position ${position})`))
    }
    position += utf8Length(character)
  }
  return errors
}

/** What a client may send as managedFields (API reference, ManagedFieldsEntry). */
export function managedFieldsErrors(entries: readonly ManagedFieldsEntry[], path: FieldPath): FieldError[] {
  return entries.flatMap((entry, at) => {
    const where = path.index(at)
    const errors: FieldError[] = []
    const operation: string = entry.operation ?? ''
    if (operation !== 'Apply' && operation !== 'Update')
      errors.push(invalid(where.child('operation'), operation, 'must be `Apply` or `Update`'))
    const fieldsType: string = entry.fieldsType ?? ''
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') errors.push(invalid(where.child('fieldsType'), fieldsType, 'must be `FieldsV1`'))
    errors.push(...validateFieldManager(entry.manager ?? '', where.child('manager')))
    if (utf8Length(entry.subresource ?? '') > SUBRESOURCE_MAX_BYTES) errors.push(tooLong(where.child('subresource'), SUBRESOURCE_MAX_BYTES))
    return errors
  })
}
