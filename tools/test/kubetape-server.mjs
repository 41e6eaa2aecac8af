import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endGroup, ROOT, startCommand } from './command.mjs'

const READY_MS = 60_000
const STOP_MS = 15_000
/** The command, started as a user's shell would start it. */
export const KUBETAPE = join(ROOT, 'packages', 'cli', 'bin', 'kubetape.mjs')

/** The flags that the recorded servers ran with, by profile; they hold for the controllers as for the API server. */
const PROFILE_FLAGS = {
  default: [
    '--feature-gates=MultiCIDRServiceAllocator=true,VolumeAttributesClass=true',
    '--runtime-config=networking.k8s.io/v1beta1=true,storage.k8s.io/v1beta1=true',
  ],
  all: ['--feature-gates=AllAlpha=true,AllBeta=true', '--runtime-config=api/all=true'],
}

/**
 * `kubetape up` on a fresh tape and a free port, as the recorded servers of `profile` were started; later flags override these. Answers its
 * kubeconfig and how to stop it. `stop` answers what went wrong at the end, if anything.
 */
export async function startKubetape(profile, moreFlags = []) {
  const folder = mkdtempSync(join(tmpdir(), `kubetape-${profile}-`))
  const tokens = join(folder, 'tokens.csv')
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(tokens, 'usertoken,jane,4,"dev"\n', { mode: 0o600 })
  const child = startCommand(process.execPath, [
    KUBETAPE,
    'up',
    '--data',
    join(folder, 'data'),
    '--port',
    '0',
    '--nodes',
    '0',
    '--kubeconfig',
    kubeconfig,
    '--service-cluster-ip-range',
    '10.96.0.0/16',
    '--token-auth-file',
    tokens,
    '--log-level',
    'warn',
    '--log-format',
    'json',
    '--enable-hostpath-provisioner',
    ...PROFILE_FLAGS[profile],
    ...moreFlags,
  ])
  const log = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log.text += text))
  const exited = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await ready(child, log, exited)
  } catch (error) {
    endGroup(child, 'SIGKILL')
    remove()
    throw error
  }
  return {
    kubeconfig,
    data: join(folder, 'data'),
    /** What the server printed so far, at most the last `most` lines. */
    log: (most = 40) => log.text.split('\n').slice(-most).join('\n'),
    remove,
    async stop() {
      // To the command alone, as a supervisor does: it passes the signal on to what it started.
      child.kill('SIGTERM')
      const how = await Promise.race([exited, after(STOP_MS, 'slow')])
      if (how === 'slow') endGroup(child, 'SIGKILL')
      return how === 0 ? undefined : how === 'slow' ? `it did not stop within ${STOP_MS / 1000} s` : `it ended with ${how}`
    },
  }
}

async function ready(child, log, exited) {
  const announced = new Promise((resolve) => {
    child.stdout.on('data', () => {
      if (log.text.includes('Kubetape is ready at ')) resolve('ready')
    })
  })
  const what = await Promise.race([announced, exited, after(READY_MS, 'slow')])
  if (what === 'ready') return
  const why = what === 'slow' ? `it was not ready within ${READY_MS / 1000} s` : `it ended with ${what}`
  throw new Error(`Cannot start kubetape up: ${why}\n${log.text}`)
}

/** A timer that does not keep the process alive. */
function after(ms, value) {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref())
}
