/** Where a command writes; nothing else in the package touches the terminal. */
export interface Output {
  out(text: string): void
  err(text: string): void
  /** Shows how far a long command is in place of what it showed before; an empty text takes it away. Default: nothing is shown. */
  progress?(text: string): void
  readonly isTerminal: boolean
}

/** The process's own streams. A reader that went away (`| head`) ends the program quietly. */
export function processOutput(): Output {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    ...(process.stderr.isTTY ? { progress: (text: string) => void process.stderr.write(`\r\x1b[K${text}`) } : {}),
    isTerminal: process.stdout.isTTY,
  }
}

/** Ends a command with this exit code: 1 the answer is no (diverged, damaged, not found), 2 the question was wrong. */
export class CommandFailed extends Error {
  readonly code = 'COMMAND_FAILED' as const
  readonly exitCode: number

  constructor(message: string, exitCode: 1 | 2 = 1, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'CommandFailed'
    this.exitCode = exitCode
  }
}
