import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CustomResourceDefinition } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { Command } from 'commander'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'
import { addTypes } from './types.ts'

const definition = (kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced' as const,
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' as const } } }],
  },
})

/** What reads kubeconfigs takes seconds to load on a busy machine. */
const LOADING_MS = 60_000

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-types-'))
  file = join(folder, 'crds.json')
  writeFileSync(file, JSON.stringify({ kind: 'List', items: [definition('Widget'), definition('Gadget')] }))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function types(...flags: string[]) {
  const output = new MemoryOutput()
  const exitCode = await run(['types', ...flags], output)
  return { exitCode, kinds: kindsIn(output.outLines), err: output.errLines }
}
const kindsIn = (lines: readonly string[]): string[] => lines.flatMap((line) => /^export const (\w+)/.exec(line)?.slice(1) ?? [])

describe('kubetape types', () => {
  test('writes types of the definitions of a file, all or some, to standard output or a file', async () => {
    expect(await types(file)).toEqual({ exitCode: 0, kinds: ['Widget', 'Gadget'], err: [] })
    expect((await types(file, '--crd', 'gadgets.example.com')).kinds).toEqual(['Gadget'])
    const written = join(folder, 'out.ts')
    expect(await types(file, '-o', written)).toEqual({ exitCode: 0, kinds: [], err: [] })
    expect(kindsIn(readFileSync(written, 'utf8').split('\n'))).toEqual(['Widget', 'Gadget'])
  })

  test('reads standard input', async () => {
    const output = new MemoryOutput()
    const program = new Command()
    addTypes(program, output, () => Promise.resolve(JSON.stringify(definition('Widget'))))
    await program.parseAsync(['types', '-'], { from: 'user' })
    expect(kindsIn(output.outLines)).toEqual(['Widget'])
  })

  test(
    'asks a cluster for all definitions or for named ones',
    async () => {
      const plane = await ControlPlane.start({ data: folder, port: 0, controllers: [] })
      const kubeconfig = join(folder, 'kubeconfig')
      try {
        for (const kind of ['Widget', 'Gadget']) await plane.client().create(CustomResourceDefinition, definition(kind))
        expect((await types('--kubeconfig', kubeconfig)).kinds.toSorted()).toEqual(['Gadget', 'Widget'])
        expect((await types('--kubeconfig', kubeconfig, '--crd', 'widgets.example.com')).kinds).toEqual(['Widget'])
        expect(await types('--kubeconfig', kubeconfig, '--crd', 'others.example.com')).toEqual({
          exitCode: 1,
          kinds: [],
          err: ['error: customresourcedefinitions.apiextensions.k8s.io "others.example.com" not found'],
        })
      } finally {
        await plane.stop()
      }
    },
    LOADING_MS,
  )

  test.each([
    ['nothing', [], 2, 'Cannot make types of nothing: name a file, or a cluster with --kubeconfig, --context or --crd'],
    ['a file that is not there', ['no.yaml'], 2, 'Cannot read file "no.yaml": there is no such file'],
    ['a file and a cluster', ['FILE', '--kubeconfig', 'x'], 2, 'and a cluster: name one of them'],
    ['a definition that the file has not', ['FILE', '--crd', 'x.y'], 1, 'it has widgets.example.com, gadgets.example.com'],
    ['a kubeconfig that is not there', ['--kubeconfig', '/no/such'], 1, '/no/such'],
    ['a place that cannot be written', ['FILE', '-o', '/no/such/out.ts'], 1, 'Cannot write "/no/such/out.ts": ENOENT'],
  ])(
    'refuses %s',
    async (_, flags, exitCode, message) => {
      const answer = await types(...flags.map((flag) => (flag === 'FILE' ? file : flag)))
      expect([answer.exitCode, answer.err.join()]).toEqual([exitCode, expect.stringContaining(message)])
    },
    LOADING_MS,
  )

  test('refuses what types cannot be made of', async () => {
    writeFileSync(file, 'kind: Pod')
    expect(await types(file)).toEqual({
      exitCode: 2,
      kinds: [],
      err: [`error: Cannot make types of ${file}: there is no CustomResourceDefinition in it, only Pod`],
    })
  })
})
