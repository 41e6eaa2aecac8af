import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { CustomResourceDefinition } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import type { Definition } from '@kubetape/crd-types'
import type { Command } from 'commander'
import { CommandFailed, type Output } from '../output.ts'
import { readTextFile } from '../read-text-file.ts'

interface TypesFlags {
  output?: string
  kubeconfig?: string
  context?: string
  crd: string[]
}

/** `readInput` answers what stands on standard input. */
export function addTypes(program: Command, output: Output, readInput: () => Promise<string> = () => text(process.stdin)): void {
  program
    .command('types')
    .description('Write TypeScript types and kinds for custom resources, from their definitions')
    .argument('[file]', 'YAML or JSON with CustomResourceDefinitions, - for standard input; without one a cluster is asked')
    .option('-o, --output <file>', 'write there instead of to standard output')
    .option('--kubeconfig <file>', 'the cluster to ask (default: KUBECONFIG, the service account of the Pod, ~/.kube/config)')
    .option('--context <name>', 'a context of the kubeconfig')
    .option(
      '--crd <name>',
      'only this definition, such as widgets.example.com (repeatable)',
      (name, names: string[]) => [...names, name],
      [],
    )
    .action(async (file: string | undefined, flags: TypesFlags) => {
      const { crdTypes, CrdTypesError } = await import('@kubetape/crd-types')
      try {
        const definitions = file === undefined ? await fromCluster(flags) : await fromFile(file, flags, readInput)
        write(crdTypes(definitions), flags, output)
      } catch (error) {
        throw error instanceof CrdTypesError ? new CommandFailed(error.message, 2, { cause: error }) : error
      }
    })
}

async function fromFile(file: string, { kubeconfig, crd }: TypesFlags, readInput: () => Promise<string>): Promise<readonly Definition[]> {
  if (kubeconfig !== undefined) throw new CommandFailed(`Cannot read both "${file}" and a cluster: name one of them`, 2)
  const { readDefinitions } = await import('@kubetape/crd-types')
  const [source, yaml] = file === '-' ? ['standard input', await readInput()] : [file, readTextFile('file', file)]
  const all = readDefinitions(yaml, source)
  const missing = crd.find((name) => !all.some((one) => one.name === name))
  if (missing !== undefined)
    throw new CommandFailed(`Cannot find ${missing} in ${source}: it has ${all.map(({ name }) => name).join(', ')}`)
  return crd.length === 0 ? all : all.filter(({ name }) => crd.includes(name))
}

async function fromCluster({ kubeconfig, context, crd }: TypesFlags): Promise<readonly Definition[]> {
  if (kubeconfig === undefined && context === undefined && crd.length === 0)
    throw new CommandFailed('Cannot make types of nothing: name a file, or a cluster with --kubeconfig, --context or --crd', 2)
  const { definitionsOf } = await import('@kubetape/crd-types')
  const client = await clientFromKubeconfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
  try {
    const found =
      crd.length === 0
        ? (await client.list(CustomResourceDefinition)).items
        : await Promise.all(crd.map((name) => client.get(CustomResourceDefinition, { name })))
    return definitionsOf(found, 'the cluster')
  } finally {
    client.close()
  }
}

function write(module: string, { output: file }: TypesFlags, output: Output): void {
  if (file === undefined) {
    output.out(module.trimEnd())
    return
  }
  try {
    writeFileSync(file, module)
  } catch (error) {
    throw new CommandFailed(`Cannot write "${file}": ${(error as Error).message}`, 1, { cause: error })
  }
}
