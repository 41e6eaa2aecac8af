import { existsSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { CommandFailed, type Output } from '../output.ts'
import { packageVersion } from './version.ts'

interface InitFlags {
  group?: string
  kind?: string
}

/** The folder of the workspace that this file is a source of; undefined: it was installed. */
function cloneOf(url: string): string | undefined {
  const root = fileURLToPath(new URL('../../../../', url))
  return existsSync(join(root, 'nx.json')) ? root.replace(/\/$/, '') : undefined
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
      // The packages of a clone are on no registry.
      const clone = cloneOf(import.meta.url)
      const install = clone === undefined ? 'npm install' : `npm run --prefix ${clone} pack && npm install ${join(clone, 'packed')}/*.tgz`
      output.out(`Run it:\n  ${here === '' ? '' : `cd ${here} && `}${install}\n  npm start`)
    })
}
