const WIDTH = 120

/** A comment before what stands at `indent`; nothing when there is nothing to say. Each tag keeps its line. */
export function docComment(text: string, indent: string, tags: readonly string[] = []): string {
  const lines = [...paragraphs(text), ...tags].map((line) => line.replaceAll('*/', '*\\/'))
  if (lines.length === 0) return ''
  if (lines.length === 1 && lines[0]!.length <= WIDTH) return `${indent}/** ${lines[0]!} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
}

/** The lines of a text, long ones broken between words. Generators of definitions begin paragraphs with a space. */
function paragraphs(text: string): string[] {
  const trimmed = text.replace(/\r\n?/g, '\n').trim()
  return trimmed === '' ? [] : trimmed.split('\n').flatMap((line) => wrapped(line.trimEnd().replace(/^ (?=\S)/, '')))
}

function wrapped(line: string): string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > WIDTH) {
    const before = rest.lastIndexOf(' ', WIDTH)
    const at = before > 0 ? before : rest.indexOf(' ', WIDTH)
    if (at <= 0) break
    lines.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at + 1).trimStart()
  }
  return [...lines, rest]
}
