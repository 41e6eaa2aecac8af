/** One thing that is wrong with an expression, and where. */
export interface SourceError {
  /** Offset into the expression; -1: nowhere in particular. */
  readonly pos: number
  readonly message: string
}

/** Errors as cel-go prints them, with the line they are about and a caret below. */
export function formatSourceErrors(expression: string, errors: readonly SourceError[]): string {
  return errors.map((one) => formatOne(expression, one)).join('\n')
}

function formatOne(expression: string, { pos, message }: SourceError): string {
  if (pos < 0) return `ERROR: <input>:-1:0: ${message}`
  const before = expression.slice(0, pos)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  const lineEnd = expression.indexOf('\n', pos)
  const text = expression.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replaceAll('\t', ' ')
  const column = [...expression.slice(lineStart, pos)]
  const caret = column.map((one) => (isWide(one) ? '．' : '.')).join('') + (isWide(expression[pos] ?? '') ? '＾' : '^')
  return `ERROR: <input>:${line}:${column.length + 1}: ${message}\n | ${text}\n | ${caret}`
}

/** Wide characters get wide dots, so that the caret stays below what it points at. */
const isWide = (text: string): boolean => text !== '' && text.codePointAt(0)! > 0x7f
