#!/usr/bin/env node
// Starts the command: the built one where there is one, the sources in a checkout (no build step in development).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 12)) {
  // A checkout carries its own Node as a dev dependency.
  const pinned = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))
  if (existsSync(pinned)) pass(pinned, [fileURLToPath(import.meta.url)])
  else {
    console.error(`error: Cannot run on Node ${process.versions.node}: Kubetape needs 24.12 or later`)
    process.exit(2)
  }
} else if (existsSync(source)) pass(process.execPath, ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', source])
else await import('../dist/main.js')

function pass(node, args) {
  // The channel carries no messages: by its end the child notices that this process was killed, which could tell it nothing any more.
  const child = spawn(node, [...args, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  process.once('disconnect', () => child.kill('SIGTERM'))
  process.channel?.unref()
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // Ctrl-C on a terminal reaches the child by itself; passed on as well, it would be the second one, which ends it at once.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : code))
}
