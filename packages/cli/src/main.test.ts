import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'

describe('main', () => {
  const kubetape = (...argv: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(
      process.execPath,
      ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...argv],
      { encoding: 'utf8' },
    )

  test('prints the version and ends with 0', () => {
    expect(kubetape('version')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Kubetape \d+\.\d+\.\d+ \(behaves as Kubernetes v1\.31\.\d+\S*, runs on Node v\d+/),
    })
  }, 60_000)

  test('ends with 2 for a verb that there is not', () => {
    const { status, stdout, stderr } = kubetape('rewind')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error: unknown command 'rewind'/)
  }, 60_000)

  test('says where a module cannot be read, also one that is only imported', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubetape-main-'))
    try {
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text)
        return join(folder, name)
      }
      const broken = file('broken.mjs', 'export const a = 1\nexport const b = 1 +* 2\n')
      const importing = file('importing.mjs', "export { b } from './broken.mjs'\n")
      const typed = file('typed.ts', 'export const a: number = 1\nexport enum B {}\n')
      for (const [module, place, why] of [
        [importing, `${broken}:2:21`, "Unexpected token '*'"],
        [typed, `${typed}:2:8`, 'TypeScript enum is not supported in strip-only mode'],
      ])
        expect(kubetape('run', module!, '--embedded', '--memory').stderr).toBe(`error: Cannot run "${module}": ${place}: ${why}\n`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 60_000)

  test('ends with its launcher, also when that is killed', async () => {
    const data = mkdtempSync(join(tmpdir(), 'kubetape-main-'))
    const bin = join(import.meta.dirname, '../bin/kubetape.mjs')
    const launcher = spawn(process.execPath, [bin, 'up', '--data', data, '--port', '0', '--nodes', '0'])
    try {
      let text = ''
      await new Promise<void>((ready) => {
        launcher.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
          if (text.includes('Kubetape is ready')) ready()
        })
      })
      // The end of the output is that of the process that writes it, not of the launcher.
      const closed = once(launcher, 'close')
      launcher.kill('SIGKILL')
      await closed
    } finally {
      launcher.kill('SIGKILL')
      rmSync(data, { recursive: true, force: true })
    }
  }, 60_000)
})
