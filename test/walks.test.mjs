// docs/walks/*.md are held to their word: a control plane is started as each page says, its commands are run one after the other with a real kubectl, and
// each prints what stands below it. In a page
//
// - a block `sh` that begins with `npx kubetape up` starts a control plane on a fresh data folder, `kubetape-data`, and ends the one before;
// - a file is shown after a line "In `name`";
// - a block `console` has commands after `$`; what they export is there for later ones. Those that only look are run again until they print what they should;
// - `…` in what is printed stands for anything within the line, and any number of spaces for any other.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT, runCommand } from '../tools/test/command.mjs'
import { kubectlEnvironment } from '../tools/test/kubectl.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WALKS = join(ROOT, 'docs', 'walks')
const UP = 'npx kubetape up'
/** How long something may take to come true. */
const PATIENCE_MS = 20_000
/** Commands that change nothing. */
const LOOKS = /^(kubectl (get|describe)|ls|cat|npx kubetape (?!up))\b/

for (const page of readdirSync(WALKS).filter((name) => name.endsWith('.md')))
  describe(`docs/walks/${page}`, () => test('does what it says', (context) => walk(readFileSync(join(WALKS, page), 'utf8'), context)))

async function walk(text, context) {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-walk-'))
  const running = { server: undefined }
  try {
    const steps = stepsOf(text)
    assert.ok(steps.some(({ start }) => start !== undefined) && steps.some(({ command }) => command !== undefined), 'the page has commands')
    for (const step of steps) {
      if (step.file !== undefined) writeFileSync(join(folder, step.file), step.text)
      if (step.start !== undefined) await begin(step.start, folder, running)
      if (step.command === undefined) continue
      const env = kubectlEnvironment('1.31', folder, join(folder, 'kubetape-data', 'kubeconfig'))
      if (env === undefined) return context.diagnostic('its commands were left out: there is no kubectl.1.31 on this machine')
      await expectPrinted(step, folder, { ...env, KUBECONFIG: running.server.kubeconfig })
    }
  } finally {
    await end(running)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Files, starts and commands of a page, in their order. */
function stepsOf(text) {
  return [...text.matchAll(/(?:^In `([\w.]+)`[^\n]*\n\n)?^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, file, language, body]) => {
    if (file !== undefined) return [{ file, text: body }]
    if (language === 'sh' && body.startsWith(UP)) return [{ start: body.trim() }]
    if (language !== 'console') return []
    return body
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const [command, ...lines] = example.trimEnd().split('\n')
        return { command, printed: lines.join('\n') }
      })
  })
}

async function begin(command, folder, running) {
  await end(running)
  const flags = command.slice(UP.length).split(/\s+/).filter(Boolean)
  running.server = await startKubetape('default', flags)
  const data = join(folder, 'kubetape-data')
  rmSync(data, { force: true })
  symlinkSync(running.server.data, data)
}

async function end(running) {
  const { server } = running
  running.server = undefined
  if (server === undefined) return
  try {
    assert.equal(await server.stop(), undefined)
  } finally {
    server.remove()
  }
}

async function expectPrinted({ command, printed }, folder, env) {
  const wanted = patternOf(printed)
  const until = performance.now() + (LOOKS.test(command) ? PATIENCE_MS : 0)
  for (;;) {
    const output = await run(command, folder, env)
    if (wanted.test(output)) return
    if (performance.now() >= until) assert.equal(output, printed, command)
    await sleep(200)
  }
}

/** What is exported stays for the next command, except where the server is: a page says its folder, the server was told another. */
async function run(command, folder, env) {
  const exports = join(folder, '.exports')
  const script = [
    'exec 2>&1',
    'npx() { shift; "$NODE" "$KUBETAPE" "$@"; }',
    `[ -f "${exports}" ] && . "${exports}"`,
    `export KUBECONFIG="${env.KUBECONFIG}"`,
    command,
    `export -p > "${exports}"`,
  ].join('\n')
  const { output } = await runCommand('bash', ['-c', script], {
    cwd: folder,
    env: { ...env, NODE: process.execPath, KUBETAPE },
    limitMs: 60_000,
  })
  return output.trimEnd()
}

function patternOf(printed) {
  const lines = printed.split('\n').map((line) =>
    line
      .trimEnd()
      .split(/( {2,}|…)/)
      .map((part) => (part === '…' ? '[^\\n]*' : / {2}/.test(part) ? ' +' : part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')))
      .join(''),
  )
  return new RegExp(`^${lines.join(' *\\n')} *$`)
}
