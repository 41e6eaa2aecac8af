import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterEach } from '@jest/globals'
import { packageFolder } from './tape-folder.ts'

/** Appends without end, one entry and one run record a commit, and prints each revision after it was acknowledged. */
const PROGRAM = `
  import { writeSync } from 'node:fs'
  import { systemClock, systemRandom } from '@kubetape/determinism'
  import { openSqliteLog } from '@kubetape/eventlog/sqlite'
  const log = openSqliteLog({ path: process.argv[1], clock: systemClock(), random: systemRandom() })
  const encode = (revision) => Buffer.from('value of ' + revision + ' '.repeat(2000))
  const append = async (key) => {
    for (let expect = log.latest(key)?.revision ?? 0; ; ) {
      const entries = [{ key, operation: expect === 0 ? 'create' : 'update', expect, encode }]
      const records = [{ stream: 'run', key, value: Buffer.from(key) }]
      const [entry] = await log.append({ entries, records })
      expect = entry.revision
      writeSync(1, entry.revision + '\\n')
    }
  }
  for (const key of ['a', 'b', 'c', 'd']) append(key).catch((error) => {
    writeSync(1, error.code + '\\n')
    process.exit(1)
  })
`

export interface ChildWriter {
  readonly process: ChildProcess
  /** Resolves with the highest acknowledged revision once `count` more appends were acknowledged, or with the word that it ended with. */
  acknowledged(count: number): Promise<number | string>
  /** Kills it without warning; resolves with the last acknowledged revision when it is gone. */
  kill(): Promise<number>
}

const running = new Set<ChildProcess>()

/** To be called once in a test file: no writer outlives its test. */
export function killChildWriters(): void {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL')
  })
}

/** Starts a process that writes the log at `path`; `prefix` goes before the command, e.g. to set limits. */
export function startChildWriter(path: string, prefix = ''): ChildWriter {
  const args = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', PROGRAM, path]
  const child = spawn('/bin/sh', ['-c', `${prefix} exec "$0" "$@"`, process.execPath, ...args], {
    cwd: packageFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  const gone = new Promise((resolve) => child.on('close', resolve)).then(() => running.delete(child))
  let highest = 0
  let seen = 0
  let word: string | undefined
  let wake = (): void => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/^\d+$/.test(line)) highest = Math.max(highest, Number(line))
    else word ??= line
    seen++
    wake()
  })
  return {
    process: child,
    acknowledged: (count) =>
      new Promise((resolve) => {
        const target = seen + count
        wake = () => {
          if (word !== undefined) resolve(word)
          else if (seen >= target) resolve(highest)
        }
        wake()
      }),
    kill: async () => {
      child.kill('SIGKILL')
      await gone
      return highest
    },
  }
}
