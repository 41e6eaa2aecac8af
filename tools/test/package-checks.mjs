// What a user would install: each built package is packed as npm would publish it, and publint and attw look at the tarball.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, runCommand } from './command.mjs'

/** Checks every public package; needs their `dist`. */
export async function packageChecks() {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-pack-'))
  try {
    const packages = publicPackages()
    const flags = packages.flatMap(({ name }) => ['--workspace', name])
    const packed = await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...flags])
    if (packed.status !== 0) return { passed: 0, failed: 1, output: packed.output }
    let passed = 0
    let output = ''
    for (const one of packages) {
      const tarball = join(folder, `${one.name.replace('@', '').replace('/', '-')}-${one.version}.tgz`)
      const results = [
        await runCommand('publint', ['run', tarball, '--level', 'suggestion', '--strict']),
        await runCommand('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']),
      ]
      const wrong = results.filter(({ status }) => status !== 0)
      passed += results.length - wrong.length
      for (const { output: text } of wrong) output += `--- ${one.name}\n${text}\n`
    }
    return { passed, failed: 2 * packages.length - passed, output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function publicPackages() {
  return readdirSync(join(ROOT, 'packages'))
    .map((folder) => JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')))
    .filter((manifest) => manifest.private !== true)
}
