import ts from 'typescript'
import { CODE, isTest, isTesting, read, readJson } from './workspace.mjs'

export const FILE_LINES = { warn: 250, max: 400 }
export const FUNCTION_LINES_MAX = 70

/** What may be larger, how much, and why: `{ files: { path: { lines, reason } }, functions: { "path name": { lines, reason } } }`. */
const EXCEPTIONS = readJson('test/tidy-exceptions.json')

export const sizes = {
  'no file is above 400 lines': () => overLimit('files', FILE_LINES.max, fileLengths()),
  'no function is above 70 lines': () => overLimit('functions', FUNCTION_LINES_MAX, functionLengths()),
}

/** Files that begin to be large. */
export function largeFiles() {
  return [...fileLengths()].filter(([, lines]) => lines > FILE_LINES.warn).map(([file, lines]) => `${file} has ${lines} lines`)
}

/** A ratchet: an exception allows the size it was made for, and goes when it is needed no more. */
function overLimit(kind, max, lengths) {
  const allowed = EXCEPTIONS[kind]
  const violations = [...lengths]
    .filter(([name, lines]) => lines > (allowed[name]?.lines ?? max))
    .map(([name, lines]) => `${name} has ${lines} lines, ${allowed[name]?.lines ?? max} are allowed`)
  const stale = Object.entries(allowed)
    .filter(([name]) => (lengths.get(name) ?? 0) <= max)
    .map(([name]) => `test/tidy-exceptions.json lists ${name}, which is not above ${max} lines any more`)
  const unexplained = Object.entries(allowed)
    .filter(([, { reason }]) => !reason)
    .map(([name]) => `test/tidy-exceptions.json gives no reason for ${name}`)
  return [...violations, ...stale, ...unexplained]
}

function fileLengths() {
  return new Map(CODE.map((file) => [file, read(file).trimEnd().split('\n').length]))
}

function functionLengths() {
  const lengths = new Map()
  for (const file of CODE) {
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true)
    const visit = (node) => {
      if (ts.isFunctionLike(node) && node.body !== undefined && !((isTest(file) || isTesting(file)) && groupsTests(node))) {
        const first = source.getLineAndCharacterOfPosition(node.getStart()).line
        const lines = source.getLineAndCharacterOfPosition(node.end).line - first + 1
        const name = `${file} ${nameOf(node, source, first)}`
        lengths.set(name, Math.max(lines, lengths.get(name) ?? 0))
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return lengths
}

/** A function that holds tests (of a `describe`, of a contract suite) is a heading, not a piece of work. */
function groupsTests(node) {
  if (ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())) return true
  const statements = ts.isBlock(node.body) ? node.body.statements : []
  const isGroup = (statement) => {
    if (ts.isForOfStatement(statement))
      return (ts.isBlock(statement.statement) ? statement.statement.statements : [statement.statement]).some(isGroup)
    return (
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      /^(describe|test|it)\b/.test(statement.expression.expression.getText())
    )
  }
  return statements.some(isGroup)
}

function nameOf(node, source, line) {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined)
  return named === undefined ? `(line ${line + 1})` : named.getText(source)
}
