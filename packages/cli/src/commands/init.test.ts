import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'
import { packageVersion } from './version.ts'

describe('kubetape init', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kubetape-init-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  async function init(name: string, ...flags: string[]) {
    const output = new MemoryOutput()
    const code = await run(['init', join(folder, name), ...flags], output)
    return { code, out: output.outLines.join('\n'), err: output.errLines.join('\n') }
  }

  test('writes a project of this release and says how to run it', async () => {
    const { code, out } = await init('demo', '--group', 'of.example.org', '--kind', 'Thing')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^Wrote README\.md.*\nRun it:\n {2}cd .*demo && npm run --prefix .* pack && npm install .*packed\/\*\.tgz\n {2}npm start$/,
      ),
    ])
    expect(JSON.parse(readFileSync(join(folder, 'demo', 'package.json'), 'utf8'))).toMatchObject({
      name: 'demo',
      dependencies: { '@kubetape/runtime': packageVersion() },
    })
    expect(readFileSync(join(folder, 'demo', 'crd.yaml'), 'utf8')).toContain('name: things.of.example.org')
    expect(await init('demo')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the folder is not empty, it has .dockerignore') as unknown,
    })
  })

  test('refuses a name that cannot be used, and makes nothing', async () => {
    const { code, err } = await init('No_Good')
    expect([code, err]).toEqual([2, expect.stringContaining('Cannot use the name "No_Good"')])
    expect(existsSync(join(folder, 'No_Good'))).toBe(false)
  })
})
