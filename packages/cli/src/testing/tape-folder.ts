import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import { run } from '../program.ts'
import { MemoryOutput } from './memory-output.ts'
import { type RecordingOptions, recordTape } from './recorded-tape.ts'

/** Starting a control plane takes a while where several tests share few processors. */
const RECORDING_MAX_MS = 60_000

/** A finished recording. */
export interface TapeFolder {
  /** The data folder. */
  readonly path: string
  /** Runs `kubetape <argv> --data <folder>`. */
  kubetape(...argv: string[]): Promise<{ exitCode: number; out: string[]; err: string[] }>
}

/** Records a tape before the tests of a file and removes it after them. */
export function tapeFolder(options: RecordingOptions = {}): TapeFolder {
  const path = mkdtempSync(join(tmpdir(), 'kubetape-cli-'))
  beforeAll(() => recordTape(path, options), RECORDING_MAX_MS)
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    kubetape: async (...argv) => {
      const output = new MemoryOutput()
      const exitCode = await run([...argv, '--data', path], output)
      return { exitCode, out: output.outLines, err: output.errLines }
    },
  }
}
