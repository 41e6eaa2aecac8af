import { spawnSync } from 'node:child_process'
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
})
