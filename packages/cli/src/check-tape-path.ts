import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { TAPE_NAME } from './open-tape.ts'
import { CommandFailed } from './output.ts'

/** Refuses a path where no tape can be, before anything is begun: a folder, or a file in a folder that there is not. */
export function checkTapePath(path: string): void {
  const refuse = (why: string): never => {
    throw new CommandFailed(`Cannot record on "${path}": ${why}`, 2)
  }
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) refuse(`there is no folder "${folder}"`)
  if (!statSync(folder).isDirectory()) refuse(`"${folder}" is no folder`)
  if (existsSync(path) && statSync(path).isDirectory()) refuse(`it is a folder; name a file, such as "${join(path, TAPE_NAME)}"`)
}
