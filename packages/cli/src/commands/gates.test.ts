import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { gateReaders } from '../generated/gate-readers.ts'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

interface Described {
  name: string
  effective: boolean
  source: string
  readBy: string[]
  versions?: object[]
}

const ENV = ['KUBE_FEATURE_WatchListClient', 'KUBE_FEATURE_InformerResourceVersion']

describe('kubetape gates', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kubetape-gates-'))))
  afterAll(() => rmSync(folder, { recursive: true }))
  afterEach(() => {
    for (const name of ENV) delete process.env[name]
  })

  async function gates(...argv: string[]) {
    const output = new MemoryOutput()
    const exitCode = await run(['gates', ...argv], output)
    return { exitCode, out: output.outLines, err: output.errLines, json: () => JSON.parse(output.outLines.join('\n')) as Described[] }
  }

  test('shows every gate of v1.31 and the client features', async () => {
    const { out, exitCode } = await gates()
    expect(exitCode).toBe(0)
    expect(out[0]).toMatch(/^NAME +STAGE +DEFAULT +EFFECTIVE +SOURCE$/)
    expect(out.length).toBeGreaterThan(170)
    expect(out.filter((line) => line.startsWith('InOrderInformers '))).toEqual([expect.stringMatching(/Beta +true +true +default$/)])
  })

  test('says who decides: provider of none, flag above file above environment, stages below', async () => {
    const file = join(folder, 'gates.yaml')
    writeFileSync(file, 'kind: KubeletConfiguration\nfeatureGates:\n  JobManagedBy: true\n  WatchListClient: true\n  ImageVolume: false\n')
    for (const name of ENV) process.env[name] = 'true'
    const argv = ['--feature-gates', 'JobManagedBy=false', '--feature-gates', 'AllAlpha=true,AllBeta=false', '--feature-gates-file', file]
    const { json } = await gates('-o', 'json', '--changed', ...argv)
    const shown = Object.fromEntries(json().map(({ name, effective, source }) => [name, `${effective} ${source}`]))
    expect(shown).toMatchObject({
      AllAlpha: 'true flag',
      ImageVolume: 'false file',
      JobManagedBy: 'false flag',
      WatchListClient: 'true file',
      InformerResourceVersion: 'true env',
      WatchList: 'true AllAlpha',
      ConsistentListFromCache: 'false AllBeta',
    })
    expect(shown).not.toHaveProperty('AppArmor')
  })

  test('reports bad values of the environment, and what will be removed', async () => {
    process.env['KUBE_FEATURE_WatchListClient'] = 'maybe'
    const { err } = await gates('--feature-gates', 'AppArmor=true')
    expect(err).toEqual([
      'warning: cannot set feature gate "WatchListClient" to "maybe", due to strconv.ParseBool: parsing "maybe": invalid syntax',
      'warning: Setting GA feature gate AppArmor=true. It will be removed in a future release.',
    ])
  })

  test.each([
    [['jobM'], ['JobManagedBy']],
    [['informer', '--stage', 'alpha'], ['InformerResourceVersion']],
    [['--changed', '--feature-gates', 'ImageVolume=true'], ['ImageVolume']],
    [['KMS', '--stage', 'deprecated'], ['KMSv1']],
  ])('filters by %j', async (argv, names) => {
    const { out } = await gates(...argv, '--no-headers')
    expect(out.map((line) => line.split(' ')[0])).toEqual(names)
  })

  test('shows with `-o wide` since when, whether locked and what reads a gate', async () => {
    const { out } = await gates('WatchListClient', '-o', 'wide')
    expect(out[1]).toMatch(/^WatchListClient +Beta +false +false +default +1\.30 +false +packages\/informers\/src\/watcher\.ts$/)
  })

  test('shows history and readers as JSON and YAML', async () => {
    const [gate] = (await gates('JobPodFailurePolicy', '-o', 'json')).json()
    expect(gate?.versions).toHaveLength(3)
    expect(gate?.readBy).toEqual(['packages/controllers/src/job/job-rules.ts'])
    expect(parse((await gates('JobPodFailurePolicy', '-o', 'yaml')).out.join('\n'))).toEqual([gate])
  })

  test('shows what v1.30 had', async () => {
    const { out } = await gates('JobPodFailurePolicy', '--emulated-version', 'kube=1.30', '--no-headers')
    expect(out).toEqual([expect.stringMatching(/^JobPodFailurePolicy +Beta +true +true +default$/)])
  })

  test.each([
    [['ImageVolume', '--emulated-version', '1.30'], 1, 'Cannot show gate "ImageVolume": it came with v1.31, and v1.30 is emulated'],
    [
      ['--feature-gates', 'ImageVolume=true', '--emulated-version', '1.30'],
      2,
      'feature is PreAlpha at emulated version 1.30 (it came with v1.31)',
    ],
    [['InTreePluginvSphereUnregister'], 1, 'it was removed in v1.31; the CSI driver always serves these volumes'],
    [['nosuch'], 1, 'Cannot show gates: none has "nosuch" in its name'],
    [['--changed'], 1, 'Cannot show gates: none is as asked'],
    [['--provider', '/nowhere/gates.ts'], 2, 'Cannot use --provider "/nowhere/gates.ts"'],
    [
      ['--provider', fileURLToPath(new URL('../testing/of-mine.ts', import.meta.url))],
      2,
      'it neither exports gates nor calls replaceFeatureGates',
    ],
  ])('answers %j with %d', async (argv, code, text) => {
    const { exitCode, err } = await gates(...argv)
    expect([exitCode, err.join('\n')]).toEqual([code, expect.stringContaining(text)])
  })

  test.each([
    [
      new URL('../testing/always-on-gates.ts', import.meta.url),
      { WatchListClient: 'true provider', InformerResourceVersion: 'true provider', AtomicFIFO: 'true default' },
    ],
    [
      new URL('../testing/replacing-gates.ts', import.meta.url),
      { WatchListClient: 'true provider', InformerResourceVersion: 'false provider', AtomicFIFO: 'true default' },
    ],
  ])('asks the provider of the module %s for client features', async (module, expected) => {
    const { json } = await gates('-o', 'json', '--provider', fileURLToPath(module))
    expect(Object.fromEntries(json().map(({ name, effective, source }) => [name, `${effective} ${source}`]))).toMatchObject(expected)
  })
})

describe('gateReaders', () => {
  test('are what the sources of the packages say', () => {
    execFileSync(process.execPath, [fileURLToPath(new URL('../../generate.mjs', import.meta.url)), '--check'], { stdio: 'pipe' })
  })

  test('name files that are there and have the gate in them, or the constant of its name', () => {
    for (const [gate, files] of Object.entries(gateReaders))
      for (const file of files) {
        const path = fileURLToPath(new URL(`../../../../${file}`, import.meta.url))
        expect([file, existsSync(path)]).toEqual([file, true])
        expect(readFileSync(path, 'utf8')).toContain(gate)
      }
  })
})
