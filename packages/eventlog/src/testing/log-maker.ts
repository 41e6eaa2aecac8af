import { VirtualClock } from '@kubetape/determinism/testing'
import type { AppendEntry, Entry, EventLog } from '../event-log.ts'

/** Makes an empty log on this clock; the suite closes it. */
export type LogMaker = (options: { clock: VirtualClock }) => EventLog | Promise<EventLog>

/** Runs a test over a fresh log and closes it whatever happens. */
export async function withLog(makeLog: LogMaker, test: (log: EventLog, clock: VirtualClock) => Promise<void> | void): Promise<void> {
  const clock = new VirtualClock()
  const log = await makeLog({ clock })
  try {
    await test(log, clock)
  } finally {
    await log.close()
  }
}

/** The bytes that the suite writes: they name the revision, so a mix-up shows. */
export const valueAt = (revision: number): Buffer => Buffer.from(`value ${revision}`)

/** A change whose value is `valueAt` its revision. */
export const change = (operation: AppendEntry['operation'], key: string, expect = 0, cause?: string): AppendEntry => ({
  key,
  operation,
  expect,
  encode: valueAt,
  ...(cause === undefined ? {} : { cause }),
})

/** Appends each change in a commit of its own, expecting whatever is live. */
export async function write(log: EventLog, ...changes: [AppendEntry['operation'], string][]): Promise<void> {
  for (const [operation, key] of changes) {
    const newest = log.latest(key)
    const expect = newest === undefined || newest.operation === 'delete' ? 0 : newest.revision
    const appended = log.append({ entries: [change(operation, key, expect)] })
    await log.flush()
    await appended
  }
}

/** Entries as "operation key@revision", for short expectations. */
export const brief = (entries: readonly Entry[]): string[] =>
  entries.map(({ operation, key, revision }) => `${operation} ${key}@${revision}`)
