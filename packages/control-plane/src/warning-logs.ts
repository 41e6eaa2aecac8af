import { createLogger } from '@kubetape/component-base'
import type { Clock } from '@kubetape/determinism'
import { managerLog, type RunLog } from '@kubetape/runtime'

/** Warnings and errors as JSON lines on standard error: what a server says that was told nothing about logging. */
export function warningLogs(clock: Clock): (fields: Record<string, unknown>) => RunLog {
  // The logger is made for the first line only: loading it takes a tenth of a start.
  let logger: ReturnType<typeof createLogger> | undefined
  return managerLog(() => (logger ??= createLogger({ level: 'warn', format: 'json', clock })), ['warn', 'error'])
}
