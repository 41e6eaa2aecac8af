import { readFileSync } from 'node:fs'
import { EMULATED_VERSION } from '@kubetape/apiserver'
import type { Command } from 'commander'
import type { Output } from '../output.ts'

export function addVersion(program: Command, output: Output): void {
  program
    .command('version')
    .description('Print the versions of Kubetape and of the Kubernetes release it behaves as')
    .option('-o, --output <format>', 'json')
    .action(({ output: format }: { output?: string }) => {
      const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
      const info = { kubetape: version, kubernetes: EMULATED_VERSION.gitVersion, node: process.version }
      output.out(
        format === 'json'
          ? JSON.stringify(info, null, 2)
          : `Kubetape ${info.kubetape} (behaves as Kubernetes ${info.kubernetes}, runs on Node ${info.node})`,
      )
    })
}
