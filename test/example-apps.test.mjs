// The READMEs of example apps are held to their word: what they show runs on real servers, over HTTPS, and is on the tape that they name.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { ConfigMap, CustomResourceDefinition } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { endGroup, ROOT, runCommand, startCommand } from '../tools/test/command.mjs'
import { kubectlEnvironment } from '../tools/test/kubectl.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WAIT_MS = 30_000
const readme = (app) => readFileSync(join(ROOT, 'apps', app, 'README.md'), 'utf8')
const block = (text, language) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)[1]

const folder = mkdtempSync(join(tmpdir(), 'kubetape-apps-'))
const here = join(ROOT, '.cache', `apps-${process.pid}`)
mkdirSync(here, { recursive: true })
const children = []
after(() => {
  for (const child of children) endGroup(child, 'SIGKILL')
  for (const path of [folder, here]) rmSync(path, { recursive: true, force: true })
})

async function until(what, isSo) {
  for (const end = Date.now() + WAIT_MS; !(await isSo()); await sleep(100)) assert.ok(Date.now() < end, what())
}

/** Starts a program; `end` stops it in order and answers its exit status. */
function start(args, env) {
  const child = startCommand('node', args, { env })
  children.push(child)
  const program = { log: '' }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (program.log += text))
  const ended = new Promise((resolve) => child.on('close', resolve))
  program.end = () => {
    child.kill('SIGTERM')
    return ended
  }
  return program
}

async function kubetape(...words) {
  const { status, output } = await runCommand('node', [KUBETAPE, ...words])
  assert.equal(status, 0, output)
  return output
}

describe('apps/data-import', { timeout: 120_000 }, () => {
  let server
  before(async () => {
    server = await startKubetape('default', ['--nodes', '1'])
  })
  after(async () => {
    await server?.stop()
    server?.remove()
  })

  test('runs by the commands of its README', async () => {
    const [apply, run] = block(readme('data-import'), 'sh').trim().split('\n')
    const client = await clientFromKubeconfig({ path: server.kubeconfig })
    const crd = join(ROOT, 'apps/data-import/crd.yaml')
    const env = kubectlEnvironment('1.31', folder, server.kubeconfig)
    if (env === undefined) await client.create(CustomResourceDefinition, parse(readFileSync(crd, 'utf8')))
    else assert.equal((await runCommand('sh', ['-c', apply], { env })).status, 0)
    const [, , ...words] = run.replace('imports.db', join(folder, 'imports.db')).split(' ')
    const program = start([KUBETAPE, ...words], { KUBECONFIG: server.kubeconfig })
    const { DataImport } = await import('../apps/data-import/src/data-import-controller.ts')
    const name = { namespace: 'default', name: 'orders' }
    await until(
      () => program.log,
      () =>
        client.create(DataImport, { metadata: name, spec: { source: 'https://example.com' } }).then(
          () => true,
          () => false,
        ),
    )
    const complete = async () => (await client.get(DataImport, name)).status?.conditions?.[0]
    await until(
      () => program.log,
      async () => (await complete())?.status === 'True',
    )
    client.close()
    assert.equal(await program.end(), 0, program.log)
    const tape = ['--tape', join(folder, 'imports.db')]
    assert.match(await kubetape('why', 'job/orders-1', ...tape), /created by controller data-import for orders/)
    assert.match(
      await kubetape('replay', '--add', 'apps/data-import/src/data-import-controller.ts', '--strict', ...tape),
      /0 diverged, 0 skipped/,
    )
  })
})

describe('apps/config-copies', { timeout: 120_000 }, () => {
  let home
  let east
  before(async () => {
    ;[home, east] = await Promise.all([startKubetape('default'), startKubetape('default')])
  })
  after(async () => {
    for (const server of [home, east]) {
      await server?.stop()
      server?.remove()
    }
  })

  test('copies between two servers by the program and by the command of its README, and is replayed', async () => {
    const tape = join(folder, 'copies.db')
    const program = block(readme('config-copies'), 'ts')
      .replace("'./config", `'${join(ROOT, 'apps/config-copies/src/config')}`)
      .replace('copies.db', tape)
    writeFileSync(join(here, 'copies.ts'), program)
    // As one who has both in the kubeconfig: the second under a context of its own.
    const config = JSON.parse(readFileSync(east.kubeconfig, 'utf8').replaceAll(/"kubetape"/g, '"east"'))
    for (const part of ['clusters', 'contexts', 'users']) for (const one of config[part]) one.name = 'east'
    config.contexts[0].context = { cluster: 'east', user: 'east' }
    writeFileSync(join(folder, 'east'), JSON.stringify(config), { mode: 0o600 })
    const env = {
      KUBECONFIG: [home.kubeconfig, join(folder, 'east')].join(delimiter),
      NODE_OPTIONS: '--conditions=@kubetape/source --disable-warning=ExperimentalWarning',
    }
    const running = start([join(here, 'copies.ts')], env)
    const [mine, there] = await Promise.all([home, east].map(({ kubeconfig }) => clientFromKubeconfig({ path: kubeconfig })))
    const name = { namespace: 'default', name: 'settings' }
    const colour = async () => (await there.get(ConfigMap, name).catch(() => undefined))?.data?.colour
    await mine.create(ConfigMap, { metadata: { ...name, labels: { 'example.kubetape.dev/copy': 'true' } }, data: { colour: 'red' } })
    await until(
      () => running.log,
      async () => (await colour()) === 'red',
    )
    await there.patch(ConfigMap, name, { type: 'merge', body: { data: { colour: 'mine' } } })
    await until(
      () => running.log,
      async () => (await colour()) === 'red',
    )
    assert.equal(await running.end(), 0, running.log)

    const [, , ...words] = block(readme('config-copies'), 'sh').trim().replace('EAST_CONTEXT', 'east').replace('copies.db', tape).split(' ')
    const again = start([KUBETAPE, ...words], env)
    await mine.patch(ConfigMap, name, { type: 'merge', body: { data: { colour: 'blue' } } })
    await until(
      () => again.log,
      async () => (await colour()) === 'blue',
    )
    for (const client of [mine, there]) client.close()
    assert.equal(await again.end(), 0, again.log)
    const app = ['--add', 'apps/config-copies/src/config-copies-controller.ts', '--strict']
    assert.match(await kubetape('replay', ...app, '--tape', tape), /0 diverged, 0 skipped/)
    assert.match(await kubetape('get', 'configmaps@east', '-o', 'name', '--tape', tape), /configmaps@east\/settings/)
    assert.match(await kubetape('runs', '--key', 'default/settings', '--tape', tape), /configmaps@east (added|updated) rv:\d+/)
  })
})
