import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { TAPE_NAME } from './open-tape.ts'
import { CommandFailed } from './output.ts'

/** How every database of SQLite begins ("Database File Format", 1.2). */
const MAGIC = 'SQLite format 3\0'

/** Refuses a path where no tape can be, before anything is begun: a folder, a file in a folder that there is not, or a file of something else. */
export function checkTapePath(path: string): void {
  const refuse = (why: string): never => {
    throw new CommandFailed(`Cannot record on "${path}": ${why}`, 2)
  }
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) refuse(`there is no folder "${folder}"`)
  if (!statSync(folder).isDirectory()) refuse(`"${folder}" is no folder`)
  const there = statSync(path, { throwIfNoEntry: false })
  if (there?.isDirectory()) refuse(`it is a folder; name a file, such as "${join(path, TAPE_NAME)}"`)
  if (there?.isFile() && there.size > 0 && beginOf(path) !== MAGIC) refuse('it is no tape; name a new file')
}

function beginOf(path: string): string {
  const begin = Buffer.alloc(MAGIC.length)
  const file = openSync(path, 'r')
  try {
    return begin.toString('latin1', 0, readSync(file, begin))
  } finally {
    closeSync(file)
  }
}
