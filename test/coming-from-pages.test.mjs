// docs/coming-from-*.md are held to their word: our halves compile and do what the page says, in a test cluster and by the commands that are shown; the
// program for client-node runs as it is, with one import changed, and with two.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigMap, Namespace } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { TestCluster } from '@kubetape/testing'
import { endGroup, ROOT, runCommand, startCommand } from '../tools/test/command.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WAIT_MS = 20_000
const PAGES = ['client-node', 'controller-runtime', 'kopf', 'pepr'].map((name) => {
  const text = readFileSync(join(ROOT, 'docs', `coming-from-${name}.md`), 'utf8')
  const blocks = [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, code]) => ({ language, code }))
  return { name, blocks, ts: blocks.filter(({ language }) => language === 'ts').map(({ code }) => code) }
})
const CLIENT_NODE = PAGES[0]
/** The controller that all of them show. */
const OURS = CLIENT_NODE.ts.find((code) => code.includes('export const teams'))
/** The commands that all of them show for it. */
const COMMANDS = CLIENT_NODE.blocks.find(({ code }) => code.startsWith('npx kubetape run')).code

// Inside of the workspace, where imports of our packages lead to their sources.
const here = join(ROOT, '.cache', `coming-from-${process.pid}`)
const folder = mkdtempSync(join(tmpdir(), 'kubetape-coming-from-'))
mkdirSync(here, { recursive: true })
after(() => {
  for (const path of [here, folder]) rmSync(path, { recursive: true, force: true })
})

test('what the pages show for TypeScript compiles', async () => {
  const files = []
  for (const { name, ts } of PAGES)
    for (const [at, code] of ts.entries()) {
      // Of pepr there is no package here, and snippets are of the program above them.
      if (code.includes("from 'pepr'") || !/export|await informer/.test(code)) continue
      files.push(`${name}-${at}.ts`)
      writeFileSync(join(here, files.at(-1)), code)
    }
  const compilerOptions = { noEmit: true, composite: false, types: ['node'] }
  writeFileSync(join(here, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files }))
  const { status, output } = await runCommand('tsc', ['-p', here])
  assert.equal(status, 0, output)
  assert.equal(files.length, 6)
})

test('all pages show the same controller, and the same commands for it', () => {
  for (const { name, ts, blocks } of PAGES) {
    assert.ok(ts.includes(OURS), name)
    assert.ok(
      blocks.some(({ code }) => code === COMMANDS),
      name,
    )
  }
})

test('the controller keeps a ConfigMap right in each namespace of a team, and replays the same', async () => {
  writeFileSync(join(here, 'teams.ts'), OURS)
  const { teams } = await import(join(here, 'teams.ts'))
  await using cluster = await TestCluster.start({ controllers: [teams] })
  const name = { namespace: 'red', name: 'team' }
  const data = async () => (await cluster.within(cluster.client().get(ConfigMap, name))).data
  const patch = (kind, of, body) => cluster.within(cluster.client().patch(kind, of, { type: 'merge', body }))
  await cluster.create(Namespace, { metadata: { name: 'red', labels: { team: 'reds' } } })
  await cluster.create(Namespace, { metadata: { name: 'plain' } })
  await cluster.settle()
  assert.deepEqual(await data(), { team: 'reds' })
  await patch(ConfigMap, name, { data: { team: 'mine' } })
  await cluster.settle()
  assert.deepEqual(await data(), { team: 'reds' })
  await cluster.within(cluster.client().delete(ConfigMap, name))
  await cluster.settle()
  assert.deepEqual(await data(), { team: 'reds' })
  await patch(Namespace, { name: 'red' }, { metadata: { labels: { team: 'blues' } } })
  await cluster.settle()
  assert.deepEqual(await data(), { team: 'blues' })
  const { items } = await cluster.within(cluster.client().list(ConfigMap, { namespace: 'plain' }))
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['kube-root-ca.crt'],
  )
  await cluster.expectReplaysSame()
})

describe('on a cluster', { timeout: 180_000 }, () => {
  let server
  let client
  const children = []
  before(async () => {
    server = await startKubetape('default')
    client = await clientFromKubeconfig({ path: server.kubeconfig })
  })
  after(async () => {
    for (const child of children) endGroup(child, 'SIGKILL')
    client?.close()
    await server?.stop()
    server?.remove()
  })

  const env = (more = {}) => ({
    KUBECONFIG: server.kubeconfig,
    NODE_OPTIONS: '--conditions=@kubetape/source --disable-warning=ExperimentalWarning',
    ...more,
  })
  /** Runs what a page shows until it has done its work for a new namespace, then ends it. */
  async function works(namespace, command, args, { more = {}, signal = 'SIGTERM' } = {}) {
    const child = startCommand(command, args, { cwd: here, env: env(more) })
    children.push(child)
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text))
    const ended = new Promise((resolve) => child.on('close', resolve))
    await client.create(Namespace, { metadata: { name: namespace, labels: { team: `${namespace}s` } } })
    const map = () => client.get(ConfigMap, { namespace, name: 'team' }).catch(() => undefined)
    for (const end = Date.now() + WAIT_MS; (await map())?.data?.team !== `${namespace}s`; await sleep(50))
      assert.ok(Date.now() < end && child.exitCode === null, `${args.join(' ')}: ${log}`)
    // Answers are written down a moment after they came.
    await sleep(300)
    child.kill(signal)
    await ended
  }
  async function prints(line, expected) {
    const [, ...words] = line.replace(/\s+#.*$/, '').split(' ')
    const { status, output } = await runCommand('node', [KUBETAPE, ...words.slice(1)], { cwd: here, env: env() })
    assert.equal(status, 0, output)
    assert.match(output, expected)
  }

  test('the commands for the controller do what stands beside them', async () => {
    writeFileSync(join(here, 'teams.ts'), OURS)
    const expected = { runs: /teams +red /, why: /controller teams for red/, replay: /0 diverged/ }
    const lines = COMMANDS.trim().split('\n')
    assert.equal(lines.length, 5)
    for (const [at, line] of lines.entries()) {
      const [, , verb, ...args] = line.replace(/\s+#.*$/, '').split(' ')
      if (verb === 'run') await works(at === 0 ? 'white' : 'red', 'node', [KUBETAPE, 'run', ...args])
      else await prints(line, expected[verb])
    }
  })

  const [theirs, changed, both] = CLIENT_NODE.ts
  test('the program for client-node runs as it stands', async () => {
    writeFileSync(join(here, 'theirs.ts'), theirs)
    await works('yellow', 'node', ['theirs.ts'])
  })

  const recorded = CLIENT_NODE.blocks.filter(({ code }) => code.includes('handlers.db')).map(({ code }) => code.trim())
  const [start, runs] = recorded[0].split('\n')

  test('with one import changed, it is recorded', async () => {
    writeFileSync(join(here, 'changed.ts'), withImport(theirs, changed))
    await recordedAs('green', 'changed.ts')
    await prints(runs, /namespaces-informer +green +namespaces added rv:\d+ +success +0 /)
  })

  test('with the second change, its requests are recorded too', async () => {
    const [line, replacement] = both.trim().split('\n')
    const program = withImport(theirs, `${line}\n`).replace(/^const api = .*$/m, replacement)
    assert.ok(program.includes('makeApiClient(config'))
    writeFileSync(join(here, 'both.ts'), program)
    await recordedAs('blue', 'both.ts')
    await prints(runs, /namespaces-informer +blue +namespaces added rv:\d+ +success +1 /)
    // No informer shows the ConfigMaps of this program, so the page's own question is one for the run.
    const { output } = await runCommand('node', [KUBETAPE, 'runs', '-o', 'json', '--tape', 'handlers.db'], { cwd: here })
    const run = output
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one))
      .find(({ key, requests }) => key === 'blue' && requests === 1)
    await prints(`npx kubetape runs ${run.id} --tape handlers.db`, /1\. create configmap blue\/team: an object at resourceVersion/)
  })

  /** Takes `makeInformer` from where `line` says. */
  function withImport(program, line) {
    const [first, ...rest] = program.split('\n')
    return [first.replace('makeInformer, ', ''), line.trim(), ...rest].join('\n')
  }
  function recordedAs(namespace, file) {
    const [, tape] = /^KUBETAPE_TAPE=(\S+) npx node teams\.ts$/.exec(start)
    return works(namespace, 'node', [file], { more: { KUBETAPE_TAPE: tape } })
  }
})
