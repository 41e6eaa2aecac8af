// What a user would install: each built package is packed as npm would publish it, and publint and attw look at the tarball.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './command.mjs'
import { packPackages } from './packed-packages.mjs'

/** Checks every public package; needs their `dist`. */
export async function packageChecks() {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-pack-'))
  try {
    const packages = await packPackages(folder)
    let passed = 0
    let output = ''
    for (const { manifest, tarball } of packages) {
      const results = [
        await runCommand('publint', ['run', tarball, '--level', 'suggestion', '--strict']),
        await runCommand('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']),
      ]
      const wrong = results.filter(({ status }) => status !== 0)
      passed += results.length - wrong.length
      for (const { output: text } of wrong) output += `--- ${manifest.name}\n${text}\n`
    }
    return { passed, failed: 2 * packages.length - passed, output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
