import { existsSync, statSync } from 'node:fs'
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
export const TAPE_NAME = 'tape.db'

/** Of the file beside a tape that vouches for it; something that was never a tape has none. */
const WITNESS_SUFFIX = '.head'

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
    throw error instanceof EventLogError ? explained(error, path, tape === undefined) : error
  }
}

/** The log's words, with what the flags have to do with it; a question about no tape at all was wrong (2), a broken tape is an answer (1). */
function explained(error: EventLogError, path: string, inDataFolder: boolean): CommandFailed {
  const cause = (error.cause as { code?: string } | undefined)?.code
  const advice = inDataFolder && cause === 'ENOENT' ? '; name a data folder with --data or a tape with --tape' : ''
  if (cause === 'SQLITE_NOTADB' && !existsSync(path + WITNESS_SUFFIX))
    return new CommandFailed(`Cannot open "${path}": it is no tape`, 2, { cause: error })
  return new CommandFailed(error.message + advice, error.code === 'NOT_A_TAPE' || error.code === 'FORMAT_TOO_NEW' ? 2 : 1, { cause: error })
}
