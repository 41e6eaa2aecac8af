// From nothing to a controller of one's own: the packed packages, an empty folder and a user without rights. Two commands run what `kubetape init` wrote.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigMap } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { endGroup, runCommand, startCommand } from '../../tools/test/command.mjs'
import { newcomer } from '../../tools/test/newcomer.mjs'

const WAIT_MS = 30_000

describe('a newcomer', { timeout: 180_000 }, () => {
  let they
  let demo
  let program
  before(async () => {
    they = await newcomer()
    demo = join(they.folder, 'demo')
    if (!they.isUnprivileged) console.log('skipped: there is no user without rights to run as')
  })
  after(async () => {
    if (program !== undefined) endGroup(program, 'SIGKILL')
    await they?.leave()
  })

  /** Runs a command that must succeed; answers what it printed. */
  async function ok(cwd, command, ...args) {
    const { status, output } = await runCommand(command, args, { cwd, env: they.env, user: they.user, limitMs: 90_000 })
    assert.equal(status, 0, `${command} ${args.join(' ')}: ${output}`)
    return output
  }

  test('begins a project with npx in an empty folder', async () => {
    assert.match(
      await ok(they.folder, 'npx', '--yes', '@kubetape/cli', 'init', 'demo'),
      /Run it:\n {2}cd demo && npm install\n {2}npm start/,
    )
    if (they.user.uid !== undefined) assert.equal(statSync(join(demo, 'controller.ts')).uid, they.user.uid)
  })

  test('runs its controller with two commands, until Ctrl-C', async () => {
    await ok(demo, 'npm', 'install')
    program = startCommand('npm', ['start'], { cwd: demo, env: they.env, user: they.user })
    let text = ''
    for (const stream of [program.stdout, program.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more))
    const ended = new Promise((resolve) => program.on('close', (code, signal) => resolve(signal ?? code)))
    const kubeconfig = join(demo, 'kubetape-data', 'kubeconfig')
    await until(
      () => text.includes(`export KUBECONFIG=`) && existsSync(kubeconfig),
      () => text,
    )
    const client = await clientFromKubeconfig({ path: kubeconfig })
    const greeting = () => client.get(ConfigMap, { namespace: 'default', name: 'demo-sample' }).catch(() => undefined)
    await until(
      async () => (await greeting())?.data?.greeting === 'Hello, everybody!',
      () => text,
    )
    client.close()
    // As a terminal sends it: to everything that the command line started.
    endGroup(program, 'SIGINT')
    await ended
    program = undefined
    assert.match(text, /Stopped; the tape is kubetape-data\/tape\.db/)
  })

  test('asks the tape, and replays it', async () => {
    const { scripts } = JSON.parse(readFileSync(join(demo, 'package.json'), 'utf8'))
    assert.match(scripts.start, /^kubetape run controller\.ts --embedded /)
    const commands = readFileSync(join(demo, 'README.md'), 'utf8').matchAll(/^npx (kubetape (?:get|why|replay)(?!.*--tape)[^#\n]*)/gm)
    const outputs = []
    for (const [, line] of commands) outputs.push(await ok(demo, 'npx', ...line.trim().split(' ')))
    assert.equal(outputs.length, 4)
    assert.match(outputs[0], /^sample +everybody +True/m)
    assert.match(outputs[2], /created by controller demo for sample, run [0-9a-f]{8}: success/)
    assert.match(
      await ok(demo, 'npx', 'kubetape', 'replay', '--add', './controller.ts', '--controller', 'demo', '--strict'),
      /\d runs: \d same, 0 diverged, 0 skipped/,
    )
  })

  test('has a test that passes', async () => {
    assert.match(await ok(demo, 'npm', 'test'), /pass 1\n.*fail 0\n/)
  })
})

async function until(condition, text) {
  for (const end = Date.now() + WAIT_MS; !(await condition()); await sleep(100)) assert.ok(Date.now() < end, `it took too long: ${text()}`)
}
