// The processes of a benchmark: the server under test, the stub that is its limit, and the load on either.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const SHARED_LOAD = here('../../shared/bench/load.mjs')
const QUIET_POLL_MS = 100
/** Of the times in /proc. */
const TICKS_PER_S = 100

const folders = []
const children = new Set()

// A benchmark that fails leaves neither processes nor files.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-bench-'))
  folders.push(folder)
  return folder
}

/** The command line of `kubetape` on sources or on the built packages, to follow `node`. */
export function kubetape({ built }) {
  if (!built) return ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', here('../packages/cli/src/main.ts')]
  const main = here('../packages/cli/dist/main.js')
  if (!existsSync(main)) throw new Error('Cannot run the built packages: there are none; run npm run build')
  return [main]
}

/** Starts `kubetape up --nodes 0` and more `args` in a process of its own; resolves when it is ready. */
export async function startServer({ built = false, profile = '', folder = temporaryFolder(), args = [] } = {}) {
  if (profile) mkdirSync(profile, { recursive: true })
  const flags = ['up', '--nodes', '0', '--data', folder, '--port', '0', '--log-level', 'error', ...args]
  const server = await start(
    [...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []), ...kubetape({ built }), ...flags],
    /is ready/,
  )
  return { ...server, folder, kubeconfig: join(folder, 'kubeconfig') }
}

/** Starts the group-commit stub with the certificate and the token of a server that ran in `folder`. */
export async function startStub({ folder }) {
  const data = temporaryFolder()
  const stub = await start([here('_stub.mjs'), join(folder, 'access.json'), data], /^listening (\d+)/)
  const config = JSON.parse(readFileSync(join(folder, 'kubeconfig'), 'utf8'))
  config.clusters[0].cluster.server = `https://127.0.0.1:${stub.ready[1]}`
  const kubeconfig = join(data, 'kubeconfig')
  writeFileSync(kubeconfig, JSON.stringify(config))
  return { ...stub, kubeconfig }
}

async function start(args, readyLine) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  children.add(child)
  exited.finally(() => children.delete(child))
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = readyLine.exec(line)
      if (found) resolve(found)
    })
    exited.then(() => reject(new Error(`Cannot start ${args.join(' ')}: it ended`)), reject)
  })
  return {
    ready,
    /** Resident memory now, in MB. */
    rssMb: () => memoryOf(child.pid, 'VmRSS'),
    /** The most it ever was, in MB. */
    peakMb: () => memoryOf(child.pid, 'VmHWM'),
    /** Processor time used so far, in seconds, of all its threads. */
    cpuSeconds: () => processorSeconds(child.pid),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function memoryOf(pid, field) {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found[1]) / 1024
}

function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Runs one work of the load program and answers what it measured. */
export async function runLoad(work, kubeconfig, options, program = '') {
  const load = program || (existsSync(SHARED_LOAD) ? SHARED_LOAD : here('_load.mjs'))
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [load, work, '--kubeconfig', kubeconfig, '--json', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`Cannot run the load "${work}": it ended with ${code}`)
  return JSON.parse(output)
}

/** Waits until the namespaces of earlier loads are gone, so that their deletion is not measured. */
export async function untilQuiet(kubeconfig) {
  const { get, agent } = clientOf(kubeconfig)
  for (;;) {
    const { items } = JSON.parse(await get('/api/v1/namespaces'))
    if (!items.some(({ metadata }) => metadata.name.startsWith('load-'))) break
    await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS))
  }
  agent.destroy()
}

/** Small requests as the administrator of a kubeconfig. */
export function clientOf(kubeconfig) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'))
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  const agent = new https.Agent({ keepAlive: true, ca: Buffer.from(ca, 'base64') })
  const authorization = `Bearer ${users[0].user.token}`
  const call = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { authorization, 'content-type': type }
      const request = https.request(server + path, { method, agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        response.on('end', () =>
          response.statusCode < 300 ? resolve(text) : reject(new Error(`Cannot ${method} ${path}: ${response.statusCode} ${text}`)),
        )
      })
      request.on('error', reject)
      request.end(body)
    })
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, JSON.stringify(body)),
    put: (path, body) => call('PUT', path, JSON.stringify(body)),
    merge: (path, body) => call('PATCH', path, JSON.stringify(body), 'application/merge-patch+json'),
    apply: (path, body) => call('PATCH', path, JSON.stringify(body), 'application/apply-patch+yaml'),
    agent,
  }
}
