/** The offset of what comes next after blanks, comments and (unless told not to) closing parentheses. */
export function positionAfter(text: string, from: number, overParentheses = true): number {
  let at = from
  for (;;) {
    const char = text[at]
    if (char === undefined) return at
    if (char === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\f' || (overParentheses && char === ')')) at++
    else return at
  }
}

/** The offset of the dot before a field's name. */
export function positionOfDot(text: string, name: number): number {
  return Math.max(text.lastIndexOf('.', name - 1), 0)
}
