import { createRequire } from 'node:module'
import { EMULATED_VERSION } from '@kubetape/apiserver'
import type { Command } from 'commander'
import type { Output } from '../output.ts'

/** The release of this package. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('@kubetape/cli/package.json') as { version: string }).version
}

/** What `kubetape version` and `kubetape --version` print. */
export function versionText(): string {
  return `Kubetape ${packageVersion()} (behaves as Kubernetes ${EMULATED_VERSION.gitVersion}, runs on Node ${process.version})`
}

export function addVersion(program: Command, output: Output): void {
  program
    .command('version')
    .description('Print the versions of Kubetape and of the Kubernetes release it behaves as')
    .option('-o, --output <format>', 'json')
    .action(({ output: format }: { output?: string }) => {
      const info = { kubetape: packageVersion(), kubernetes: EMULATED_VERSION.gitVersion, node: process.version }
      output.out(format === 'json' ? JSON.stringify(info, null, 2) : versionText())
    })
}
