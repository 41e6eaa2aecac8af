import { readFileSync } from 'node:fs'
import { CommandFailed } from './output.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not allow that',
}

/** The text of the file that a flag names. Throws a CommandFailed that says why it cannot be read. */
export function readTextFile(flag: string, file: string): string {
  return read(`${flag} "${file}"`, file)
}

/** Reads the file that a flag names, and the files that are named in it. What it answers throws a CommandFailed that says which of them cannot be read. */
export function namedFiles(flag: string, file: string): (path: string) => string {
  return (path) => (path === file ? readTextFile(flag, file) : read(`"${path}", which ${flag} "${file}" names`, path))
}

function read(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new CommandFailed(`Cannot read ${what}: ${REASONS[code] ?? message}`, 2, { cause: error })
  }
}
