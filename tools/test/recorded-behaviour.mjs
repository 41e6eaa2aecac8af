// Plays recorded scenarios and kubectl cases against `kubetape up`. The recordings lie outside the repository, in a folder beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ROOT, runCommand } from './command.mjs'
import { summaryCounts } from './counts.mjs'
import { findKubectl } from './kubectl.mjs'
import { KUBETAPE, startKubetape } from './kubetape-server.mjs'

/** The release whose output is the golden file of every case. */
const RECORDED_KUBECTL = '1.31'
/** A case mostly waits, so two binaries share the machine without slowing each other down. */
const KUBECTLS_AT_ONCE = 2
/** A case whose order is random is played again this often. */
const RANDOM_PLAYS_MAX = 6
const KUBECTL_LIMIT_MS = 600_000
const CONFORMANCE_LIMIT_MS = 600_000
const NO_RECORDINGS = 'there are no recordings: put the shared folder beside this one or name it in KUBETAPE_SHARED'

const sharedFolder = () => resolve(process.env.KUBETAPE_SHARED ?? join(ROOT, '..', 'shared'))
const configuration = (path) => JSON.parse(readFileSync(join(ROOT, 'test', path), 'utf8'))

/** Plays the listed areas of one conformance profile. */
export async function conformance(profile, { live }) {
  const runner = join(sharedFolder(), 'conformance', 'run.mjs')
  if (!existsSync(runner)) return skipped(NO_RECORDINGS)
  const { areas, exclude } = configuration('conformance/areas.json')[profile]
  const known = namesIn('conformance/scenarios', '.mjs', areas)
  const stale = Object.keys(exclude).filter((name) => !known.includes(name))
  const names = known.filter((name) => !(name in exclude))
  const result = await withServer(profile, (kubeconfig) =>
    runCommand(process.execPath, [runner, 'check', '--kubeconfig', kubeconfig, '--profile', profile, ...names], {
      limitMs: CONFORMANCE_LIMIT_MS,
      live,
    }),
  )
  return withStale(result, stale, 'test/conformance/areas.json')
}

/** The oldest, the recorded and the newest kubectl: what every change is played with. The others are for `npm run test:long`. */
export const MAIN_KUBECTLS = ['1.27', '1.31', '1.33']

/** Plays the listed cases with each of these kubectls, each on a server of its own. */
export async function kubectlCases({ live }, minors = MAIN_KUBECTLS) {
  const runner = join(sharedFolder(), 'kubectl', 'run.mjs')
  if (!existsSync(runner)) return skipped(NO_RECORDINGS)
  const { cases, exclude, random } = configuration('kubectl/cases.json')
  const missing = minors.filter((minor) => findKubectl(minor) === undefined)
  const total = {
    passed: 0,
    failed: 0,
    output: '',
    skipped: missing.map((minor) => `kubectl.${minor} is neither in KUBECTL_DIR nor on PATH nor under /usr/lib`),
  }
  const wanted = namesIn('kubectl/cases', '.case', cases).filter((name) => !(name in exclude))
  const waiting = minors.filter((minor) => !missing.includes(minor))
  const playNext = async () => {
    for (let minor = waiting.shift(); minor !== undefined; minor = waiting.shift()) {
      const flags = ['--kubectl', findKubectl(minor), ...comparableUnder(minor, wanted)]
      const result = await withServer('default', (kubeconfig) => {
        const play = (words) =>
          runCommand(process.execPath, [runner, 'check', '--kubeconfig', kubeconfig, ...words], { limitMs: KUBECTL_LIMIT_MS, live })
        return playAgain(play, flags, Object.keys(random))
      })
      total.passed += result.passed
      total.failed += result.failed
      total.output += `--- kubectl ${minor}\n${result.output}\n`
    }
  }
  await Promise.all(Array.from({ length: KUBECTLS_AT_ONCE }, playNext))
  return total
}

/** Cases of which kubectl itself prints parts in random order agree when one of several plays does. `flags` begin with the binary. */
async function playAgain(play, flags, names) {
  const played = await play(flags)
  const counts = summaryCounts(played)
  for (const name of names.filter((one) => new RegExp(`^FAIL ${one}$`, 'm').test(played.output))) {
    for (let left = RANDOM_PLAYS_MAX; left > 0; left--) {
      if ((await play([...flags.slice(0, 2), name])).status !== 0) continue
      counts.passed++
      counts.failed--
      break
    }
  }
  const output = `${played.output}\n${counts.passed} passed, ${counts.failed} failed\n`
  return { status: counts.failed === 0 ? 0 : played.status, output }
}

/**
 * What a case prints may depend on kubectl's own release, and not every release was recorded. Under one that was not, only cases that print
 * the same everywhere can be compared.
 */
function comparableUnder(minor, cases) {
  const files = readdirSync(join(sharedFolder(), 'kubectl', 'golden'), { recursive: true })
  const varying = files.map((file) => /^(.*)\.(\d+\.\d+)\.txt$/.exec(file)).filter((match) => match !== null)
  const recorded = new Set([RECORDED_KUBECTL, ...varying.map(([, , release]) => release)])
  if (recorded.has(minor)) return cases
  const names = new Set(varying.map(([, name]) => name))
  return cases.filter((name) => !names.has(name))
}

/** Areas become the names of what is recorded in them, so that single ones can be left out. */
function namesIn(folder, extension, wanted) {
  return wanted.flatMap((one) =>
    one.includes('/')
      ? [one]
      : readdirSync(join(sharedFolder(), folder, one))
          .filter((file) => file.endsWith(extension) && !file.startsWith('_'))
          .map((file) => `${one}/${file.slice(0, -extension.length)}`),
  )
}

/** Plays against a fresh server, stops it, and checks the tape that it left. */
async function withServer(profile, play) {
  let server
  try {
    server = await startKubetape(profile)
  } catch (error) {
    return { passed: 0, failed: 1, output: error.message, skipped: [] }
  }
  try {
    const played = await play(server.kubeconfig)
    const counts = summaryCounts(played)
    const stopped = await server.stop()
    const checks = [{ what: 'it stops', wrong: stopped }, ...(stopped === undefined ? await tapeChecks(server.data) : [])]
    const wrong = checks.filter((check) => check.wrong !== undefined)
    const passed = counts.passed + checks.length - wrong.length
    const failed = counts.failed + wrong.length
    const log = failed > 0 ? `\nserver log:\n${server.log()}` : ''
    return {
      passed,
      failed,
      output: [played.output, ...wrong.map((check) => `FAIL ${check.what}: ${check.wrong}`), log].join('\n'),
      skipped: [],
    }
  } finally {
    server.remove()
  }
}

/** Every entry of the tape is what was written, and today's code decides on it as it did. */
async function tapeChecks(data) {
  const checks = []
  for (const verb of ['verify', 'replay']) {
    const { status, output } = await runCommand('node', [KUBETAPE, verb, '--data', data])
    checks.push({ what: `kubetape ${verb} of its tape`, wrong: status === 0 ? undefined : output })
  }
  return checks
}

/** An exclusion whose scenario is gone is a mistake in our list. */
function withStale(result, stale, file) {
  if (stale.length === 0) return result
  return {
    ...result,
    failed: result.failed + stale.length,
    output: `${result.output}\n${file} excludes what does not exist: ${stale.join(', ')}`,
  }
}

function skipped(reason) {
  return { passed: 0, failed: 0, output: '', skipped: [reason] }
}
