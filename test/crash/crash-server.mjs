// `kubetape up` as one process, so that a SIGKILL hits the server itself and not a launcher in front of it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../tools/test/command.mjs'

const MAIN = join(ROOT, 'packages', 'cli', 'src', 'main.ts')
const NODE_FLAGS = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning']
const READY_MS = 60_000
const STOP_MS = 30_000

const running = new Set()
// A test that is ended takes its servers with it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server on the data folder. `ready` rejects with what it printed when it ends first. */
export function startServer(data, moreFlags = []) {
  const flags = ['up', '--data', data, '--port', '0', '--nodes', '2', '--log-level', 'warn', '--log-format', 'json', ...moreFlags]
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let log = ''
  const exited = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(signal ?? code)
    })
  })
  const ready = new Promise((resolve, reject) => {
    const slow = setTimeout(
      () => reject(new Error(`Cannot start kubetape up: it was not ready within ${READY_MS / 1000} s\n${log}`)),
      READY_MS,
    )
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        log += text
        if (log.includes('export KUBECONFIG=')) resolve()
      })
    }
    exited.then((how) => {
      clearTimeout(slow)
      reject(new Error(`Cannot start kubetape up: it ended with ${how}\n${log}`))
    })
  })
  ready.catch(() => undefined)
  return {
    ready,
    kubeconfig: join(data, 'kubeconfig'),
    log: () => log,
    async kill() {
      child.kill('SIGKILL')
      return exited
    },
    /** Stops it as Ctrl-C would; answers its exit status, or `slow`. */
    async stop() {
      child.kill('SIGTERM')
      const how = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, STOP_MS, 'slow').unref())])
      if (how === 'slow') child.kill('SIGKILL')
      return how
    },
  }
}
