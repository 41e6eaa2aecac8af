import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What it takes to read a module once more; it is not run. */
const READ_MAX_MS = 10_000

/** `FILE:LINE` of what makes a module, or one that it imports, unreadable; undefined where the error is another one, or nobody can tell. */
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

function placeIn(text = ''): string | undefined {
  const [, file, line] = /^((?:file:\/\/)?\/.+?):(\d+)$/m.exec(text) ?? []
  if (file === undefined) return undefined
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}`
}
