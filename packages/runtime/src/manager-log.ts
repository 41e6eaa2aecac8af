import type { RunLog } from './reconcile.ts'

/** The part of a pino logger that the runtime needs; bunyan's fits too. */
export interface StructuredLogger {
  child(fields: Record<string, unknown>): StructuredLogger
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

type Level = keyof RunLog

/**
 * What `ManagerOptions.log` takes, from a pino logger: each line of a run has the fields `controller`, `key` and `run`. Given a function, it is
 * asked for the logger when the first line comes. `levels`: others are left out before a logger is asked for.
 */
export function managerLog(
  logger: StructuredLogger | (() => StructuredLogger),
  levels: readonly Level[] = ['debug', 'info', 'warn', 'error'],
): (fields: Record<string, unknown>) => RunLog {
  const parent = typeof logger === 'function' ? logger : () => logger
  return (fields) => {
    let child: StructuredLogger | undefined
    const at =
      (level: Level) =>
      (message: string, more: Record<string, unknown> = {}): void => {
        if (!levels.includes(level)) return
        child ??= Object.keys(fields).length === 0 ? parent() : parent().child(fields)
        child[level](more, message)
      }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }
}
