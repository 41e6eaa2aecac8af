import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../ensure-installed.mjs', import.meta.url))
const EARLIER = new Date(1_700_000_000_000)
const LATER = new Date(1_700_000_100_000)
let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ensure-installed-'))
  mkdirSync(join(folder, 'tools'))
  mkdirSync(join(folder, 'bin'))
  copyFileSync(SCRIPT, join(folder, 'tools', 'ensure-installed.mjs'))
  fakeNpm(0)
  lock('package-lock.json', '1.0.0', EARLIER)
})
afterEach(() => rmSync(folder, { recursive: true }))

test('installs when node_modules is missing, and says so', () => {
  const { status, stdout } = ensure()
  assert.equal(status, 0)
  assert.match(stdout, /node_modules is missing\nnpm was called: ci/)
})

test('is quiet when everything is there', () => {
  lock('node_modules/.package-lock.json', '1.0.0', LATER)
  assert.deepEqual(ensure(), { status: 0, stdout: '', stderr: '' })
})

test('is quiet when only the time of the lock file changed, and notes that', () => {
  lock('node_modules/.package-lock.json', '1.0.0', EARLIER)
  lock('package-lock.json', '1.0.0', LATER)
  assert.deepEqual(ensure(), { status: 0, stdout: '', stderr: '' })
  assert.ok(statSync(join(folder, 'node_modules/.package-lock.json')).mtime > LATER)
})

test('installs when the lock file names another version', () => {
  lock('node_modules/.package-lock.json', '1.0.0', EARLIER)
  lock('package-lock.json', '2.0.0', LATER)
  assert.match(ensure().stdout, /node_modules is older than package-lock.json \(some\)\nnpm was called: ci/)
})

test('fails when the install fails', () => {
  fakeNpm(7)
  const { status, stderr } = ensure()
  assert.equal(status, 1)
  assert.match(stderr, /Cannot install: npm ci ended with 7/)
})

function fakeNpm(status) {
  const file = join(folder, 'bin', 'npm')
  writeFileSync(file, `#!/bin/sh\necho "npm was called: $*"\nexit ${status}\n`)
  chmodSync(file, 0o755)
}

function lock(path, version, time) {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    JSON.stringify({
      packages: { '': {}, 'node_modules/some': { version }, 'node_modules/elsewhere': { version: '3.0.0', optional: true } },
    }),
  )
  utimesSync(file, time, time)
}

function ensure() {
  const env = {
    ...process.env,
    PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter),
    npm_execpath: undefined,
    npm_node_execpath: undefined,
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'tools', 'ensure-installed.mjs')], { encoding: 'utf8', env })
  return { status, stdout, stderr }
}
