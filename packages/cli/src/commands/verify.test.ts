import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'
import { tapeFolder } from '../testing/tape-folder.ts'

const folder = tapeFolder()

async function verify(...flags: string[]): Promise<{ exitCode: number; out: string[]; err: string[] }> {
  const output = new MemoryOutput()
  const exitCode = await run(['verify', ...flags], output)
  return { exitCode, out: output.outLines, err: output.errLines }
}

/** A copy of the tape with its bytes changed. */
function copyWith(name: string, change: (bytes: Buffer) => void): string {
  const path = join(folder.path, name)
  const bytes = readFileSync(join(folder.path, 'tape.db'))
  change(bytes)
  writeFileSync(path, bytes)
  copyFileSync(join(folder.path, 'tape.db.head'), `${path}.head`)
  return path
}

describe('kubetape verify', () => {
  test('says that a whole tape is whole', async () => {
    expect(await folder.kubetape('verify')).toEqual({
      exitCode: 0,
      out: [expect.stringMatching(/^The tape is whole: \d+ entries up to revision \d+ and \d+ journal rows checked$/)],
      err: [],
    })
  })

  test('finds a changed byte, prints what is wrong and ends with 1', async () => {
    const path = copyWith('changed.db', (bytes) => {
      for (let at = bytes.indexOf('"green"'); at >= 0; at = bytes.indexOf('"green"', at + 1)) bytes.write('"brown"', at)
    })
    const { exitCode, out, err } = await verify('--tape', path)
    expect(exitCode).toBe(1)
    expect(out.join('\n')).toMatch(/entry \d+/)
    expect(err).toEqual([expect.stringMatching(/^error: Cannot vouch for the tape: \d+ problems? found, nothing was changed$/)])
    const report = JSON.parse((await verify('--tape', path, '-o', 'json')).out.join('\n')) as { ok: boolean; problems: string[] }
    expect(report).toMatchObject({ ok: false, problems: out })
  })

  test('ends with 1 when the beginning of a tape is destroyed', async () => {
    const path = copyWith('beginning.db', (bytes) => bytes.fill(0xff, 0, 100))
    const { exitCode, err } = await verify('--tape', path)
    expect(exitCode).toBe(1)
    expect(err[0]).toMatch(/damaged/)
  })

  test('ends with 2 for what is no tape', async () => {
    const text = join(folder.path, 'notes.txt')
    writeFileSync(text, 'This is a text, and no database at all. '.repeat(40))
    expect(await verify('--tape', text)).toEqual({ exitCode: 2, out: [], err: [`error: Cannot open "${text}": it is no tape`] })
    mkdirSync(join(folder.path, 'empty'))
    const empty = join(folder.path, 'empty')
    expect(await verify('--data', empty)).toEqual({
      exitCode: 2,
      out: [],
      err: [`error: Cannot open "${join(empty, 'tape.db')}": there is no such file; name a data folder with --data or a tape with --tape`],
    })
    expect(await verify('--tape', empty)).toEqual({
      exitCode: 2,
      out: [],
      err: [`error: Cannot open "${empty}": it is a folder; name a data folder with --data`],
    })
    expect((await verify('--tape', text, '--data', empty)).exitCode).toBe(2)
  })

  test('says what to do with a tape of a newer format', async () => {
    const path = copyWith('newer.db', (bytes) => bytes.writeUInt32BE(99, 60))
    expect(await verify('--tape', path)).toEqual({
      exitCode: 2,
      out: [],
      err: [expect.stringMatching(/its tape format is 99 and this build reads up to \d+; upgrade Kubetape to read it$/)],
    })
  })
})
