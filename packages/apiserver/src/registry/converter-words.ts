const MISMATCH = /^json: cannot unmarshal (\S+)(?: (\S+))? into Go .* of type (.+)$/

/** What Go calls the JSON values that its converter takes. */
const KINDS: Readonly<Record<string, { readonly kind: string; readonly type: string }>> = {
  string: { kind: 'string', type: 'string' },
  bool: { kind: 'bool', type: 'bool' },
  number: { kind: 'int64', type: 'int64' },
  array: { kind: 'slice', type: '[]interface {}' },
  object: { kind: 'map', type: 'map[string]interface {}' },
}
const SCALARS = /^(string|bool|u?int(8|16|32|64)?|float(32|64))$/

/** A mismatch of types as upstream tells it of a value that is converted rather than decoded: strategic merge patches and server-side apply. */
export function converterWords(detail: string): string {
  const [, got = '', number, type = ''] = MISMATCH.exec(detail) ?? []
  const from = number !== undefined && /[.eE]/.test(number) ? { kind: 'float64', type: 'float64' } : KINDS[got]
  if (from === undefined) return detail
  if (SCALARS.test(type)) return `cannot convert ${from.type} to ${type}`
  if (type.startsWith('[]')) return `cannot restore slice from ${from.kind}`
  return type.startsWith('map[') ? `cannot restore map from ${from.kind}` : `cannot restore struct from: ${from.kind}`
}
