import { basename, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandFailed, type Output } from '../output.ts'
import { packageVersion } from './version.ts'

interface InitFlags {
  group?: string
  kind?: string
}

export function addInit(program: Command, output: Output): void {
  program
    .command('init')
    .description('Begin a project: a controller with its definition, types, RBAC, Dockerfile and test, in a new or empty folder')
    .argument('<name>', 'the folder, after which the project is named')
    .option('--group <name>', 'API group of its kind (default: example.com)')
    .option('--kind <name>', 'kind that it is for (default: made of the name)')
    .action(async (name: string, flags: InitFlags) => {
      const { projectNames, scaffold, ScaffoldError, writeProject } = await import('@kubetape/scaffold')
      const folder = resolve(name)
      try {
        const files = scaffold(projectNames(basename(folder), flags), { version: packageVersion() })
        writeProject(folder, files)
        output.out(`Wrote ${[...files.keys()].join(', ')}`)
      } catch (error) {
        throw error instanceof ScaffoldError ? new CommandFailed(error.message, 2, { cause: error }) : error
      }
      const here = relative('.', folder)
      output.out(`Run it:\n  ${here === '' ? '' : `cd ${here} && `}npm install\n  npm start`)
    })
}
