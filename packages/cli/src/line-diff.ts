/** A unified diff of two texts, line by line. */

/** Lines around a change that are shown. */
const CONTEXT_LINES = 3

/** Beyond this many pairs of lines to compare, the differing middle is shown as replaced whole. */
const PAIRS_MAX = 4_000_000

interface DiffLine {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Answers the lines of the diff with their marks and `@@` heads; none when the texts are the same. */
export function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const lines = compare(before, after)
  const out: string[] = []
  let shownUpTo = 0
  let [oldLine, newLine] = [1, 1]
  const starts = lines.map(({ mark }) => {
    const start = { old: oldLine, new: newLine }
    if (mark !== '+') oldLine++
    if (mark !== '-') newLine++
    return start
  })
  for (let at = 0; at < lines.length; at++) {
    if (lines[at]!.mark === ' ' || at < shownUpTo) continue
    const from = Math.max(shownUpTo, at - CONTEXT_LINES)
    const to = endOfHunk(lines, at)
    const hunk = lines.slice(from, to)
    const count = (mark: '-' | '+'): number => hunk.filter((line) => line.mark === ' ' || line.mark === mark).length
    out.push(`@@ -${starts[from]!.old},${count('-')} +${starts[from]!.new},${count('+')} @@`, ...hunk.map(({ mark, text }) => mark + text))
    shownUpTo = to
  }
  return out
}

/** The end of the lines that belong together: changes with at most twice the context between them. */
function endOfHunk(lines: readonly DiffLine[], from: number): number {
  let last = from
  for (let at = from; at < lines.length && at <= last + 2 * CONTEXT_LINES; at++) if (lines[at]!.mark !== ' ') last = at
  return Math.min(lines.length, last + 1 + CONTEXT_LINES)
}

function compare(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ mark: ' ', text }))
  const middle = compareMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end))
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))]
}

/** By the longest common subsequence. */
function compareMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const [rows, columns] = [before.length, after.length]
  if (rows * columns > PAIRS_MAX)
    return [...before.map((text): DiffLine => ({ mark: '-', text })), ...after.map((text): DiffLine => ({ mark: '+', text }))]
  const common = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1))
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      common[row]![column] =
        before[row] === after[column] ? common[row + 1]![column + 1]! + 1 : Math.max(common[row + 1]![column]!, common[row]![column + 1]!)
    }
  }
  const lines: DiffLine[] = []
  for (let row = 0, column = 0; row < rows || column < columns;) {
    if (row < rows && column < columns && before[row] === after[column]) {
      lines.push({ mark: ' ', text: before[row++]! })
      column++
    } else if (row < rows && (column === columns || common[row + 1]![column]! >= common[row]![column + 1]!))
      lines.push({ mark: '-', text: before[row++]! })
    else lines.push({ mark: '+', text: after[column++]! })
  }
  return lines
}
