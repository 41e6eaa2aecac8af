import { createLogger } from '@kubetape/component-base'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'

type Logger = ReturnType<typeof createLogger>
type Level = keyof RunLog

/** What `ControlPlaneOptions.log` takes, from a logger of component-base; `logger` is asked for when the first line comes. */
export function runLogs(logger: () => Logger, levels: readonly Level[] = ['debug', 'info', 'warn', 'error']) {
  return (fields: Record<string, unknown>): RunLog => {
    let child: Logger | undefined
    const at =
      (level: Level) =>
      (message: string, more: Record<string, unknown> = {}): void => {
        if (!levels.includes(level)) return
        child ??= Object.keys(fields).length === 0 ? logger() : logger().child(fields)
        child[level](more, message)
      }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }
}

/** Warnings and errors as JSON lines on standard error: what a server says that was told nothing about logging. */
export function warningLogs(clock: Clock): (fields: Record<string, unknown>) => RunLog {
  // The logger is made for the first line only: loading it takes a tenth of a start.
  let logger: Logger | undefined
  return runLogs(() => (logger ??= createLogger({ level: 'warn', format: 'json', clock })), ['warn', 'error'])
}
