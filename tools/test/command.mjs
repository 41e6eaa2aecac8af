import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** What every check runs under: the pinned Node first, no daemon that outlives it, no colours to parse around. */
export const ENVIRONMENT = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
}

const running = new Set()
// Children have process groups of their own, so that a stuck one can be ended with all of its children; they must not outlive us.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) endGroup(child, 'SIGKILL')
    process.exit(130)
  })
}

/**
 * Runs a command without stdin to its end. Answers its exit status (`null` when it was ended) and everything it printed.
 * A command that takes longer than `limitMs` is ended with its children, and its output says so. `user`: `{ uid, gid }` of another one.
 */
export function runCommand(command, args, { cwd = ROOT, env = {}, user = {}, limitMs = 600_000, live = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...ENVIRONMENT, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        if (live) process.stdout.write(text)
      })
    }
    const timer = setTimeout(() => {
      output += `\nended: it took longer than ${limitMs / 1000} s\n`
      endGroup(child, 'SIGKILL')
    }, limitMs)
    const finish = (status) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ status, output: withoutColours(output) })
    }
    child.on('error', (error) => {
      output += `${error.message}\n`
      finish(null)
    })
    child.on('close', (status, signal) => {
      if (status !== 0) output += `\n${command} ended with ${signal ?? status}\n`
      finish(status)
    })
  })
}

/** Starts a command that runs until it is ended; see `endGroup`. */
export function startCommand(command, args, { cwd = ROOT, env = {}, user = {} } = {}) {
  const child = spawn(command, args, { cwd, env: { ...ENVIRONMENT, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user })
  running.add(child)
  child.on('close', () => running.delete(child))
  return child
}

/** Sends a signal to a command and everything that it started. */
export function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function withoutColours(text) {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
}
