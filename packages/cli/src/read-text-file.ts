import { readFileSync } from 'node:fs'
import { CommandFailed } from './output.ts'

/** The text of the file that a flag names. Throws a CommandFailed that says why it cannot be read. */
export function readTextFile(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandFailed(`Cannot read ${flag} "${file}": ${(error as Error).message}`, 2, { cause: error })
  }
}
