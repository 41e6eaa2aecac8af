/** The longest name of a field manager. */
const NAME_BYTES_MAX = 128

/** Who a write is ascribed to: the field manager that it names, or else its user agent up to the first slash, or else `unknown`. */
export function managerOf(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager !== undefined && fieldManager !== '') return fieldManager
  let name = ''
  let bytes = 0
  for (const character of (userAgent ?? '').split('/', 1)[0]!) {
    bytes += Buffer.byteLength(character)
    if (bytes > NAME_BYTES_MAX) break
    if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) name += character
    else bytes -= Buffer.byteLength(character)
  }
  return name === '' ? 'unknown' : name
}
