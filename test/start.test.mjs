// What a start loads: libraries that only some servers need, and that take long to load, wait until somebody needs them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { ROOT } from '../tools/test/command.mjs'

const LIMIT_MS = 60_000
/** Starts the server of the command line, without nodes, and prints the files of CommonJS libraries that are loaded once it answers. */
const START = `
  import { createRequire } from 'node:module'
  import { run } from '@kubetape/cli'
  const out = (line) => {
    if (!line.includes('is ready')) return
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)))
    // Not before it listens for the signal.
    setImmediate(() => process.kill(process.pid, 'SIGTERM'))
  }
  process.exitCode = await run(process.argv.slice(1), { out, err: console.error })
`

/** Names of the libraries. */
function loadedBy(data) {
  const flags = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', START, '--']
  const up = ['up', '--nodes', '0', '--port', '0', '--log-level', 'error', '--data', data]
  const printed = execFileSync(process.execPath, [...flags, ...up], {
    cwd: join(ROOT, 'packages', 'cli'),
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  return new Set(JSON.parse(printed).map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]))
}

test(
  'a start on a used folder loads no library for YAML, protobuf, certificates, gRPC or the text of metrics',
  { timeout: 2 * LIMIT_MS },
  () => {
    const data = mkdtempSync(join(tmpdir(), 'kubetape-start-'))
    try {
      const first = loadedBy(data)
      assert.ok(first.has('@peculiar/x509'), 'the first start makes certificates')
      const second = loadedBy(data)
      assert.ok(second.has('rxjs'), 'what is loaded is seen')
      assert.deepEqual(
        ['yaml', 'protobufjs', '@peculiar/x509', 'prom-client', 'pino-pretty', '@grpc/grpc-js', '@grpc/proto-loader'].filter((library) =>
          second.has(library),
        ),
        [],
      )
    } finally {
      rmSync(data, { recursive: true, force: true })
    }
  },
)
