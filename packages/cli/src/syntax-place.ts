import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What it takes to read a module once more; it is not run. */
const READ_MAX_MS = 10_000

/** `FILE:LINE:COLUMN` of what makes a module, or one that it imports, unreadable; undefined where the error is another one, or nobody can tell. */
export function syntaxPlace(error: Error, file: string): string | undefined {
  if (error.name !== 'SyntaxError') return undefined
  return placeIn(error.stack) ?? placeIn(readAgain(file))
}

/** Node puts the place before the error where it prints one, and often nowhere else. */
function readAgain(file: string): string {
  const program = `await import(${JSON.stringify(pathToFileURL(resolve(file)).href)})`
  // A module that cannot be linked is not evaluated, so that nothing of it happens twice.
  const { stderr } = spawnSync(process.execPath, [...process.execArgv, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: READ_MAX_MS,
  })
  return stderr
}

/** The line that Node prints may be the last of several, so the mark is looked for below the one with the place. */
function placeIn(text = ''): string | undefined {
  const [, file, line, shown = ''] = /^((?:file:\/\/)?\/.+?):(\d+)$((?:\n.*){0,3})/m.exec(text) ?? []
  if (file === undefined) return undefined
  const mark = /^ *\^+ *$/m.exec(shown)?.[0].indexOf('^')
  const column = mark === undefined ? '' : `:${mark + 1}`
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}${column}`
}
