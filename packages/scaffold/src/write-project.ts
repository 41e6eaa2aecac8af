import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ScaffoldError } from './scaffold-error.ts'

/** Writes files by name into a folder, which is made unless it is there and empty. Throws a ScaffoldError for any other, and writes nothing then. */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const refuse = (why: string, cause?: unknown): never => {
    throw new ScaffoldError(`Cannot begin a project in "${folder}": ${why}`, { cause })
  }
  let present: string[]
  try {
    mkdirSync(folder, { recursive: true })
    present = readdirSync(folder)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    return refuse(code === 'EEXIST' || code === 'ENOTDIR' ? 'a file is in the way' : `it cannot be made or read (${code})`, cause)
  }
  if (present.length > 0) {
    const some = present.toSorted().slice(0, 3).join(', ')
    refuse(`the folder is not empty, it has ${some}${present.length > 3 ? ', …' : ''}; name a new one`)
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
}
