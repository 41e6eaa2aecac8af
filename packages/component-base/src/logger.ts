import { createRequire } from 'node:module'
import { isatty } from 'node:tty'
import { type Clock, systemClock } from '@kubetape/determinism'
import type { DestinationStream, Logger, LoggerOptions, pino } from 'pino'
import type { PinoPretty } from 'pino-pretty'

/** Log levels by name, the most talkative first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** A level's name; `silent` writes nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** `json`: one object a line. `text`: for people, through pino-pretty. */
export type LogFormat = 'json' | 'text'

/** Takes whole lines; any writable stream does. */
export interface LogDestination {
  write(line: string): unknown
  readonly isTTY?: boolean
}

/** How a logger is made. */
export interface CreateLoggerOptions {
  /** What is written: this level and the graver ones. Default `info`. */
  readonly level?: LogLevel
  /** Default: `text` where the destination is a terminal and pino-pretty is installed, else `json`. */
  readonly format?: LogFormat
  /** Default: standard error, written synchronously so that the last words of a crash are not lost. */
  readonly destination?: LogDestination
  /** Where a line's time comes from. Default: the machine's clock. */
  readonly clock?: Clock
  /** The component's name, written into every line. Default none. */
  readonly name?: string
}

const STANDARD_ERROR = 2

// Loading pino takes a tenth of a start and pino-pretty as long again, so a command that never logs loads neither.
const load = createRequire(import.meta.url)

/**
 * A pino logger whose lines have the level by name and the time in ISO 8601. Where text is asked for and pino-pretty is not
 * installed, JSON is written and a first line says so. Throws for a level that does not exist.
 */
export function createLogger(options: CreateLoggerOptions = {}): Logger {
  const { level = 'info', format, destination, clock = systemClock(), name } = options
  if (!LOG_LEVELS.includes(level)) throw new Error(`Cannot create a logger: level "${level as string}" is none of ${LOG_LEVELS.join(', ')}`)
  const terminal = destination === undefined ? isatty(STANDARD_ERROR) : destination.isTTY === true
  const pretty = (format ?? (terminal ? 'text' : 'json')) === 'text' ? loadPretty() : undefined
  const newLogger = load('pino') as typeof pino
  const settings: LoggerOptions = {
    level,
    base: name === undefined ? null : { name },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
  }
  const logger = newLogger(settings, pretty === undefined ? plain(destination, newLogger) : formatted(destination, pretty, terminal))
  if (format === 'text' && pretty === undefined) logger.warn('Cannot write logs as text: pino-pretty is not installed; writing JSON')
  return logger
}

function plain(destination: LogDestination | undefined, newLogger: typeof pino): DestinationStream {
  if (destination === undefined) return newLogger.destination({ dest: STANDARD_ERROR, sync: true })
  return { write: (line) => void destination.write(line) }
}

function formatted(destination: LogDestination | undefined, pretty: typeof PinoPretty, colorize: boolean): DestinationStream {
  const format = pretty.prettyFactory({ colorize, translateTime: 'UTC:HH:MM:ss.l' })
  const target = destination ?? plain(undefined, load('pino') as typeof pino)
  return { write: (line) => void target.write(format(line)) }
}

function loadPretty(): typeof PinoPretty | undefined {
  try {
    return load('pino-pretty') as typeof PinoPretty
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
