// docs/access.md is held to its word: each configuration that it shows is what a control plane starts with, and each command answers what stands beside it.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ROOT, runCommand } from '../tools/test/command.mjs'
import { kubectlEnvironment } from '../tools/test/kubectl.mjs'
import { startKubetape } from '../tools/test/kubetape-server.mjs'

const PAGE = readFileSync(join(ROOT, 'docs', 'access.md'), 'utf8')
/** Where the page puts files that must be named by their whole path. */
const ABSOLUTE = '/etc/kubetape'
/** What no command prints: it stands between the outputs of two of them. */
const MARK = '@@@'

/** A log has its line a moment after the answer: looks again for five seconds. */
const SETTLED = 'settled() { for i in $(seq 50); do "$@" && return; sleep 0.1; done; return 1; }'

const folder = mkdtempSync(join(tmpdir(), 'kubetape-access-'))
after(() => rmSync(folder, { recursive: true, force: true }))

// A file is named in its first line, or in the paragraph before it.
const blocks = [...PAGE.matchAll(/(?:In `([\w.]+)`[^\n]*\n\n)?```(\w+)\n([\s\S]*?)```/g)].map(([, named, language, text]) => {
  const [, name = named] = /^# ([\w.]+)\n/.exec(text) ?? []
  return { language, text, name }
})
for (const { name, text } of blocks) if (name !== undefined) writeFileSync(join(folder, name), text.replaceAll(ABSOLUTE, folder))
const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text.trim())

for (const [at, start] of commands.entries()) {
  if (!start.startsWith('npx kubetape up ')) continue
  describe(start, () => {
    test('starts, and does what the page says of it', async (context) => {
      // Files are in a folder of their own here, and the profile of the server says the rest.
      const flags = start
        .split(' ')
        .slice(3)
        .map((word) => (/^[\w-]+\.\w+$/.test(word) ? join(folder, word) : word))
      const server = await startKubetape('default', flags)
      try {
        const env = kubectlEnvironment('1.31', folder, server.kubeconfig)
        if (env === undefined) context.diagnostic('its commands were left out: there is no kubectl.1.31 on this machine')
        else await expectAnswers(commands[at + 1].split('\n'), env)
      } finally {
        assert.equal(await server.stop(), undefined)
        server.remove()
      }
    })
  })
}

/** Runs the lines as one script: a line with a comment must print it, a line without one must succeed. */
async function expectAnswers(lines, env) {
  const { server } = JSON.parse(readFileSync(env.KUBECONFIG, 'utf8')).clusters[0].cluster
  const commands = lines.map((line) => line.replace('https://127.0.0.1:6443', server).replace(/^grep /, 'settled grep '))
  const script = commands.map((command) => `${command}\necho "${MARK}$?${MARK}"`).join('\n')
  const { output } = await runCommand('sh', ['-c', `exec 2>&1\n${SETTLED}\n${script}`], {
    cwd: folder,
    env,
  })
  const answers = output.split(new RegExp(`${MARK}(\\d+)${MARK}\n`))
  for (const [at, line] of lines.entries()) {
    const [printed, status] = answers.slice(2 * at)
    const [command, expected] = line.split(/\s+# /)
    if (expected === undefined) assert.equal(status, '0', `${command}: ${printed}`)
    else assert.ok(printed?.includes(expected), `${command} should print ${expected}: ${printed}`)
  }
}
