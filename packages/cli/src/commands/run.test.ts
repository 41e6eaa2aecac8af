import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemClock, systemRandom } from '@kubetape/determinism'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

describe('kubetape run', () => {
  let folder: string
  let files: string[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubetape-run-'))
    writeFileSync(join(folder, 'nothing.mjs'), 'export const a = 1\n')
    writeFileSync(join(folder, 'broken.mjs'), 'export const a = \n')
    writeFileSync(join(folder, 'throws.mjs'), 'throw new Error("no luck")\n')
    writeFileSync(
      join(folder, 'fine.mjs'),
      'export const one = { name: "one", kind: { group: "", version: "v1", kind: "Pod", resource: "pods" }, watches: [], reconcile: () => undefined }\n',
    )
    writeFileSync(
      join(folder, 'elsewhere.mjs'),
      'const kind = { group: "", version: "v1", kind: "Pod", resource: "pods", cluster: "east" }\n' +
        'export const two = { name: "two", kind, watches: [{ kind }], reads: [], indexes: new Map(), options: {}, reconcile: () => undefined }\n',
    )
    writeFileSync(
      join(folder, 'config'),
      JSON.stringify({
        clusters: [{ name: 'here', cluster: { server: 'http://127.0.0.1:1' } }],
        contexts: [{ name: 'here', context: { cluster: 'here' } }],
        'current-context': 'here',
      }),
    )
    writeFileSync(join(folder, 'no-object.yaml'), 'color: red\n')
    files = readdirSync(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['nowhere.ts', [], 'Cannot run "{}nowhere.ts": there is no such file'],
    ['nothing.mjs', [], 'it exports no controller or webhook, such as controllerFor(Kind).reconcile(…) makes one'],
    ['broken.mjs', [], 'Cannot run "{}broken.mjs": '],
    ['throws.mjs', [], 'Cannot run "{}throws.mjs": no luck'],
    ['fine.mjs', ['--kubeconfig', '/nowhere'], 'Cannot read kubeconfig "/nowhere": no such file'],
    ['fine.mjs', ['--kubeconfig', '{}config', '--cluster', 'east'], 'Cannot use --cluster "east": it is not NAME=CONTEXT'],
    ['fine.mjs', ['--kubeconfig', '{}config', '--cluster', 'east=none'], 'there is no context "none"; its contexts are "here"'],
    ['elsewhere.mjs', ['--kubeconfig', '{}config'], 'it watches pods of the cluster "east", which the manager was not told of'],
    ['fine.mjs', ['--embedded', '--cluster', 'east=x'], "option '--embedded' cannot be used with option '--cluster <name=context>'"],
    ['fine.mjs', ['--tape', '{}'], 'it is a folder; name a file, such as "{}tape.db"'],
    ['fine.mjs', ['--tape', '{}no-object.yaml'], 'it is no tape; name a new file'],
    ['fine.mjs', ['--tape', '{}none/x/y.db'], 'there is no folder "{}none/x"'],
    ['fine.mjs', ['--tape', '{}config/y.db'], '"{}config" is no folder'],
    ['fine.mjs', ['--memory'], 'Cannot use --memory: it needs --embedded'],
    ['fine.mjs', ['--nodes', '2'], 'Cannot use --nodes: it needs --embedded'],
    ['fine.mjs', ['--port', '1'], 'Cannot use --port: it needs --embedded'],
    ['fine.mjs', ['--apply', 'x.yaml'], 'Cannot use --apply: it needs --embedded'],
    ['fine.mjs', ['--embedded', '--kubeconfig', 'x'], "option '--embedded' cannot be used with option '--kubeconfig <file>'"],
    ['fine.mjs', ['--embedded', '--data', 'x', '--tape', 'y'], "option '--data <folder>' cannot be used with option '--tape <file>'"],
    ['fine.mjs', ['--embedded', '--memory', '--data', 'x'], "option '--memory' cannot be used with option '--data <folder>'"],
    ['fine.mjs', ['--embedded', '--memory', '--tape', 'x'], "option '--memory' cannot be used with option '--tape <file>'"],
    ['fine.mjs', ['--embedded', '--memory', '--apply', 'nowhere.yaml'], 'Cannot read "nowhere.yaml": there is no such file'],
    ['fine.mjs', ['--embedded', '--memory', '--apply', '{}no-object.yaml'], 'it has something that is no object of Kubernetes'],
    ['fine.mjs', ['--embedded', '--memory', '--nodes', 'many'], 'Cannot use --nodes "many"'],
    ['fine.mjs', ['--leader-elect'], 'Cannot use --leader-elect: --leader-election-id must name the Lease'],
    ['fine.mjs', ['--redact', 'some'], "argument 'some' is invalid. Allowed choices are secrets, none"],
    ['fine.mjs', ['--feature-gates', 'NoSuchGate=true'], 'unrecognized feature gate: NoSuchGate'],
    ['fine.mjs', ['--embedded', '--memory', '--metrics-bind-address', 'here'], 'Cannot listen at "here"'],
  ])('refuses %s %j as a wrong question', async (file, flags, message) => {
    const output = new MemoryOutput()
    const here = (text: string): string => text.replace('{}', `${folder}/`)
    expect(await run(['run', join(folder, file), '--log-level', 'silent', ...flags.map(here)], output)).toBe(2)
    expect(output.errLines.join('\n')).toContain(here(message))
    expect(existsSync('kubetape-data')).toBe(false)
    expect(readdirSync(folder)).toEqual(files)
  })

  test('says what to do about a tape that another process is writing', async () => {
    const path = join(folder, 'taken.db')
    const log = openSqliteLog({ path, clock: systemClock(), random: systemRandom() })
    try {
      const output = new MemoryOutput()
      const words = ['run', join(folder, 'fine.mjs'), '--kubeconfig', join(folder, 'config'), '--tape', path, '--log-level', 'silent']
      expect(await run(words, output)).toBe(1)
      expect(output.errLines.join('\n')).toBe(
        `error: Cannot open "${path}" for writing: this process (pid ${process.pid}) has it open; a program records on a tape of its own, so name a new file`,
      )
    } finally {
      await log.close()
    }
  })
})
