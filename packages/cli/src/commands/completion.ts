import { Argument, type Command } from 'commander'
import { completionScript, type Shell, SHELLS } from '../completion-scripts.ts'
import { completionWords } from '../completion-words.ts'
import type { Output } from '../output.ts'

export function addCompletion(program: Command, output: Output): void {
  program
    .command('completion')
    .description('Print the script that makes a shell complete verbs, flags and kinds')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', '\nFor example: source <(kubetape completion bash)')
    .action((shell: Shell) => output.out(completionScript(shell, completionWords(program))))
}
