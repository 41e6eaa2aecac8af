import { Command, CommanderError } from 'commander'
import { addUp } from './commands/up.ts'
import { addVersion } from './commands/version.ts'
import { CommandFailed, type Output } from './output.ts'

/** The whole command line. Verbs are added one file each. */
export function buildProgram(output: Output): Command {
  const program = new Command('kubetape')
    .description('An event-sourced controller runtime for Kubernetes: every change and every decision is on tape')
    .showHelpAfterError('(see kubetape --help)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text.replace(/\n$/, '')), writeErr: (text) => output.err(text.replace(/\n$/, '')) })
  addUp(program, output)
  addVersion(program, output)
  return program
}

/** Runs one command line and answers its exit code; every error becomes one line that says what to do. */
export async function run(argv: readonly string[], output: Output): Promise<number> {
  try {
    await buildProgram(output).parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    output.err(`error: ${error instanceof Error ? error.message : String(error)}`)
    return error instanceof CommandFailed ? error.exitCode : 1
  }
}
