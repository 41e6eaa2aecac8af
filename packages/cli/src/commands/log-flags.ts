import { createLogger, LOG_LEVELS, type Logger, type LogFormat, type LogLevel } from '@kubetape/component-base'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'

/** How a command that runs for long tells what it does. */
export interface LogFlags {
  logLevel: string
  logFormat?: string
}

export function addLogFlags(command: Command): Command {
  return command
    .option('--log-level <level>', LOG_LEVELS.join(', '), 'info')
    .option('--log-format <format>', 'json or text (default: text on a terminal)')
}

/** A logger on standard error; throws a CommandFailed that names the flag. */
export function loggerOf({ logLevel, logFormat }: LogFlags): Logger {
  return createLogger({ level: levelOf(logLevel), ...(logFormat === undefined ? {} : { format: formatOf(logFormat) }) })
}

function levelOf(text: string): LogLevel {
  if ((LOG_LEVELS as readonly string[]).includes(text)) return text as LogLevel
  throw new CommandFailed(`Cannot use --log-level "${text}": the levels are ${LOG_LEVELS.join(', ')}`, 2)
}

function formatOf(text: string): LogFormat {
  if (text === 'json' || text === 'text') return text
  throw new CommandFailed(`Cannot use --log-format "${text}": the formats are json and text`, 2)
}
