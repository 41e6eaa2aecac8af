import { expect } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { WITNESS_INTERVAL_MS } from '../sqlite/witness.ts'
import { cutOff, fill, openTape, snapshot, type tapeFolder } from './tape-folder.ts'

type Folder = ReturnType<typeof tapeFolder>

/** A tape as a power cut leaves it: 20 entries, all in the -wal, the witness at 20. */
export async function cutOffTape(folder: Folder): Promise<string> {
  const clock = new VirtualClock()
  const [path, copy] = [folder.fresh(), folder.fresh()]
  const log = openTape(path, { clock })
  await fill(log, 20, 1000)
  await clock.advance(WITNESS_INTERVAL_MS)
  cutOff(path, copy)
  await log.close()
  return copy
}

/** A tape that was closed, with this many entries. */
export async function closedTape(folder: Folder, entries = 20, seed = 1): Promise<string> {
  const path = folder.fresh()
  const log = openTape(path, { seed })
  await fill(log, entries, 1000)
  await log.close()
  return path
}

/** What opening says; checks that it changed nothing. */
export function refusal(path: string): string {
  const before = snapshot(path)
  try {
    void openTape(path).close()
    return 'opened'
  } catch (error) {
    expect(snapshot(path)).toEqual(before)
    return `${(error as { code: string }).code} ${(error as Error).message.replace(path, 'P').replace(path, 'P')}`
  }
}

/** What every refusal of a tape that is not in order ends with. */
export const KEEP = 'nothing was changed; keep all its files and restore a backup, or read what is left with a reader'
