import { type Clock, systemClock } from '@kubetape/determinism'
import { Command, CommanderError } from 'commander'
import { addCompletion } from './commands/completion.ts'
import { addGates } from './commands/gates.ts'
import { addGet } from './commands/get.ts'
import { addInit } from './commands/init.ts'
import { addLog } from './commands/log.ts'
import { addReplay } from './commands/replay.ts'
import { addRun } from './commands/run.ts'
import { addRuns } from './commands/runs.ts'
import { addServices } from './commands/services.ts'
import { addTypes } from './commands/types.ts'
import { addUp } from './commands/up.ts'
import { addVerify } from './commands/verify.ts'
import { addVersion, versionText } from './commands/version.ts'
import { addVolumes } from './commands/volumes.ts'
import { addWhy } from './commands/why.ts'
import { CommandFailed, type Output } from './output.ts'

/** The whole command line. Verbs are added one file each. */
export function buildProgram(output: Output, clock: Clock = systemClock()): Command {
  const program = new Command('kubetape')
    .description('An event-sourced controller runtime for Kubernetes: every change and every decision is on tape')
    .version(versionText(), '-V, --version', 'print the versions')
    .showHelpAfterError('(see kubetape --help)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text.replace(/\n$/, '')), writeErr: (text) => output.err(text.replace(/\n$/, '')) })
  addUp(program, output)
  addInit(program, output)
  addRun(program, output)
  addLog(program, output, clock)
  addRuns(program, output)
  addWhy(program, output)
  addGet(program, output)
  addReplay(program, output, clock)
  addVerify(program, output, clock)
  addVolumes(program, output)
  addServices(program, output)
  addTypes(program, output)
  addGates(program, output)
  addCompletion(program, output)
  addVersion(program, output)
  for (const command of program.commands) command.showHelpAfterError(`(see kubetape ${command.name()} --help)`)
  return program
}

/** Runs one command line and answers its exit code; every error becomes one line that says what to do. `clock` paces following and progress. */
export async function run(argv: readonly string[], output: Output, clock: Clock = systemClock()): Promise<number> {
  try {
    await buildProgram(output, clock).parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    output.progress?.('')
    output.err(`error: ${error instanceof Error ? error.message : String(error)}`)
    return error instanceof CommandFailed ? error.exitCode : 1
  }
}
