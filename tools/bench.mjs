#!/usr/bin/env node
// `npm run bench` lists the benchmarks, `npm run bench -- NAME [argument …]` runs bench/NAME.mjs on the sources.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../bench/', import.meta.url))
const [name, ...args] = process.argv.slice(2)
const file = join(folder, `${name}.mjs`)

if (name !== undefined && existsSync(file)) {
  spawn(process.execPath, ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', '--expose-gc', file, ...args], {
    stdio: 'inherit',
  }).on('exit', (code, signal) => (process.exitCode = signal === null ? code : 1))
} else {
  if (name !== undefined) console.error(`Cannot run benchmark "${name}": bench/ has no such file`)
  for (const one of benchmarks()) console.log(`${one.name.padEnd(16)} ${one.about}`)
  process.exitCode = name === undefined ? 0 : 2
}

/** Each benchmark with the first sentence of the comment it begins with. Files whose name starts with _ are parts of others. */
function benchmarks() {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('.mjs') && !entry.startsWith('_'))
    .map((entry) => {
      const firstLine =
        readFileSync(join(folder, entry), 'utf8')
          .split('\n')
          .find((line) => line.startsWith('//')) ?? ''
      return { name: entry.slice(0, -'.mjs'.length), about: firstLine.replace(/^\/\/\s*/, '') }
    })
}
