import ts from 'typescript'
import { CODE, FILES, isGenerated, isTest, read } from './workspace.mjs'

const TEXTS = FILES.filter(
  (file) => /\.(ts|mjs|cjs|js|json|md|ya?ml|npmrc|sh)$|^\.ci\/|LICENSE|\.gitignore$/.test(file) && !isGenerated(file),
)
/** Marks of unfinished work, spelled so that this file does not find itself. */
export const UNFINISHED = /\b(TO\x44O|FIX\x4dE|HA\x43K|XX\x58)\b/
/** Folders of one machine; folders inside a Pod are written without what follows here. */
export const MACHINE_PATH = /(?<![\w.~}-])\/(?:work|root)\/[\w.-]/
/** Where packages come from is everybody's own business. */
export const REGISTRY = /registry\.(?:npm|yarn)[a-z]*\.|"resolved": "https?:|_auth[A-Z]|^registry\s*=/
/** A test that does not run, or keeps others from running. Node's `context.skip(reason)` says why and is counted. */
export const SWITCHED_OFF =
  /\b(?:it|test|describe)\.(?:skip|todo|only|failing|concurrent\.(?:skip|only))\b|^\s*(?:xit|xtest|xdescribe|fit|fdescribe)\(|\{\s*(?:skip|todo|only):\s*true/gm
/** A comment line that is code. */
export const STATEMENT =
  /^(?:(?:export )?(?:const|let|var|function|class|async function|type|interface) [\w${[].*[({=,;]$|(?:import|export) .* from ['"]|return (?:[\w.]+\(.*\)|.*;)$|(?:if|for|while|switch) \(.*\) ?\{?$|\} ?(?:else|catch|finally).*\{$|await [\w.]+\(.*\)?;?$|throw new \w+\(|[\w.]+\(.*\);$|[\w.]+ = .*;$|\}\)?;?$|console\.\w+\()/
const COMMENT_MARK = /^\s*(?:\/\/|\/\*|\*)?\s?/
const COMMENT_END = /\*\/$/

export const text = {
  'nothing is marked as unfinished': () => linesMatching(TEXTS, UNFINISHED),
  'no path of a machine is written down': () => linesMatching(TEXTS, MACHINE_PATH),
  'no registry is written down': () => linesMatching([...TEXTS, '.npmrc', 'package-lock.json'], REGISTRY),
  'no test is switched off': () => linesMatching(CODE.filter(isTest), SWITCHED_OFF),
  'no code is commented out': () =>
    CODE.flatMap((file) =>
      commentLines(file)
        .filter(({ words }) => STATEMENT.test(words))
        .map(({ line, words }) => `${file}:${line} ${words}`),
    ),
}

function linesMatching(files, pattern) {
  return [...new Set(files)].flatMap((file) =>
    read(file)
      .split('\n')
      .map((words, index) => ({ words, line: index + 1 }))
      .filter(({ words }) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(words))
      .map(({ words, line }) => `${file}:${line} ${words.trim().slice(0, 120)}`),
  )
}

/** Lines of comments. Doc comments may show examples, so they are left out. */
function commentLines(file) {
  const text = read(file)
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const comments = new Map()
  const visit = (node) => {
    for (const { pos, end } of [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ])
      comments.set(pos, end)
    ts.forEachChild(node, visit)
  }
  visit(source)
  for (const { pos, end } of ts.getLeadingCommentRanges(text, source.endOfFileToken.pos) ?? []) comments.set(pos, end)
  return [...comments]
    .map(([pos, end]) => ({ body: text.slice(pos, end), first: source.getLineAndCharacterOfPosition(pos).line + 1 }))
    .filter(({ body }) => !body.startsWith('/**'))
    .flatMap(({ body, first }) =>
      body
        .split('\n')
        .map((line, index) => ({ line: first + index, words: line.replace(COMMENT_MARK, '').replace(COMMENT_END, '').trim() })),
    )
}
