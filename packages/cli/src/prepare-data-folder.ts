import { accessSync, constants, mkdirSync } from 'node:fs'
import { CommandFailed } from './output.ts'

/** Makes the folder of `--data`, for its owner only, unless it is there; throws a CommandFailed where it cannot be written. */
export function prepareDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file is in the way; name a folder'
        : `it cannot be written (${code}); name another folder or change its permissions`
    throw new CommandFailed(`Cannot use --data "${path}": ${why}`, 2, { cause: error })
  }
}
