// What a newcomer sees first: `npm start -- --once` ends well and says what it promises to.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

test('npm start -- --once plays the failure policy, explains it and replays its tape', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)('npm', ['start', '--silent', '--', '--once'], { cwd: root })
  const folder = /tapes\/tour-\w+/.exec(stdout)?.[0]
  try {
    assert.match(stdout, /Job "spot"[^\n]*\n {3}→ Complete \(succeeded 1, failed 0\)/)
    assert.match(
      stdout,
      /→ Failed \(succeeded 0, failed 1\), PodFailurePolicy: Container main for pod \S+ failed with exit code 42 matching FailJob rule at index 2/,
    )
    assert.match(stdout, /by controller job because pod broken-\w{5} was/)
    assert.match(stdout, /(\d+) runs replayed: \1 same, 0 diverged/)
    assert.match(stdout, /Everything went as it should\./)
  } finally {
    if (folder !== undefined) rmSync(`${root}/${folder}`, { recursive: true, force: true })
  }
})
