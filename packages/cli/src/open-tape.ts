import { statSync } from 'node:fs'
import { join } from 'node:path'
import { EventLogError } from '@kubetape/eventlog'
import { openSqliteReader, type SqliteReader } from '@kubetape/eventlog/sqlite'
import { type Command, Option } from 'commander'
import { CommandFailed } from './output.ts'

/** Which tape a command reads. */
export interface TapeFlags {
  data: string
  tape?: string
}

/** The tape of a data folder. */
const TAPE_NAME = 'tape.db'

/** Adds `--data` and `--tape` to a command that reads a tape. */
export function addTapeOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of a control plane, running or not', './kubetape-data')
    .addOption(new Option('--tape <file>', 'a tape file, instead of a data folder').conflicts('data'))
}

/** Opens the tape that the flags name for reading, calls `read` and lets go of it again. A tape that is being written is not disturbed. */
export async function withTape<T>(flags: TapeFlags, read: (reader: SqliteReader) => T | Promise<T>): Promise<T> {
  const reader = openTape(flags)
  try {
    return await read(reader)
  } finally {
    reader.close()
  }
}

function openTape({ data, tape }: TapeFlags): SqliteReader {
  const path = tape ?? join(data, TAPE_NAME)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CommandFailed(`Cannot open "${path}": it is a folder; name a data folder with --data`, 2)
  try {
    return openSqliteReader({ path })
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error
    const missing = tape === undefined && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    const advice = missing ? '; name a data folder with --data or a tape with --tape' : ''
    throw new CommandFailed(error.message + advice, error.code === 'NOT_A_TAPE' || error.code === 'FORMAT_TOO_NEW' ? 2 : 1, {
      cause: error,
    })
  }
}
