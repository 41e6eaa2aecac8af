// `kubetape run`: a controller on the API server of another process, over HTTPS, recorded. It is killed in the middle, goes on on the same tape, and
// what it did replays the same.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientFromKubeconfig } from '@kubetape/client'
import { ConfigMap } from '@kubetape/api/kinds'
import { endGroup, ROOT, runCommand, startCommand } from '../tools/test/command.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WAIT_MS = 20_000
/** Copies each ConfigMap with a colour, and says on it how often it did. */
const CONTROLLER = `
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor, controllerReference } from '@kubetape/runtime'

export const copier = controllerFor(ConfigMap)
  .named('copier')
  .owns(ConfigMap)
  .reconcile(async ({ namespace, name }, { client, lister, event, nowMs }) => {
    const map = lister(ConfigMap).get(namespace, name)
    if (map?.data?.['color'] === undefined || name.startsWith('copy-of-')) return
    const target = { namespace, name: 'copy-of-' + name }
    const copy = lister(ConfigMap).get(namespace, target.name)
    const data = { ofColor: map.data['color'], at: String(nowMs()) }
    if (copy?.data?.['ofColor'] === data.ofColor) return
    if (copy === undefined) await client.create(ConfigMap, { metadata: { ...target, ownerReferences: [controllerReference(ConfigMap, map)] }, data })
    else await client.update(ConfigMap, { ...copy, data })
    event(map, 'Normal', 'Copied', 'Copied ' + data.ofColor)
  })
`

describe('kubetape run on a cluster, recorded', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-run-test-'))
  const here = join(ROOT, '.cache', `run-${process.pid}`)
  const file = join(here, 'copier.ts')
  const tape = join(folder, 'copier.tape')
  let server
  let client
  const children = []
  before(async () => {
    mkdirSync(here, { recursive: true })
    writeFileSync(file, CONTROLLER)
    server = await startKubetape('default')
    client = await clientFromKubeconfig({ path: server.kubeconfig })
  })
  after(async () => {
    for (const child of children) endGroup(child, 'SIGKILL')
    client?.close()
    await server?.stop()
    server?.remove()
    for (const path of [folder, here]) rmSync(path, { recursive: true, force: true })
  })

  const at = (name) => ({ namespace: 'default', name })
  const paint = (name, color) => client.patch(ConfigMap, at(name), { type: 'merge', body: { data: { color } } })
  const copied = (name, color) =>
    until(async () => (await client.get(ConfigMap, at(`copy-of-${name}`)).catch(() => undefined))?.data?.ofColor === color)
  const kubetape = (verb, ...args) => runCommand('node', [KUBETAPE, verb, '--tape', tape, ...args])

  function start(...more) {
    const child = startCommand('node', [
      KUBETAPE,
      'run',
      file,
      '--kubeconfig',
      server.kubeconfig,
      '--tape',
      tape,
      '--health-probe-bind-address',
      '127.0.0.1:0',
      ...more,
    ])
    children.push(child)
    const log = { text: '' }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log.text += text))
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
    return { child, log, ended }
  }

  test('is killed in the middle, goes on, and replays the same', async () => {
    const first = start()
    await client.create(ConfigMap, { metadata: at('one'), data: { color: 'red' } })
    await copied('one', 'red')
    // In the middle: while it is busy.
    const busy = Array.from({ length: 30 }, (_, i) => client.create(ConfigMap, { metadata: at(`many-${i}`), data: { color: 'blue' } }))
    await busy[10]
    endGroup(first.child, 'SIGKILL')
    assert.equal(await first.ended, 'SIGKILL')
    await Promise.all(busy)
    await paint('one', 'green')

    const second = start('--leader-elect', '--leader-election-id', 'copier', '--leader-election-namespace', 'default')
    await copied('one', 'green')
    await copied('many-29', 'blue')
    await client.delete(ConfigMap, at('many-3'))
    await paint('one', 'yellow')
    await copied('one', 'yellow')
    second.child.kill('SIGTERM')
    assert.equal(await second.ended, 0, second.log.text)
    assert.match(second.log.text, /Stopped; the tape is .*copier\.tape/)

    const { status, output } = await kubetape('replay', '--add', file, '--strict')
    assert.equal(status, 0, output)
    const [, runs, same] = /^(\d+) runs: (\d+) same, 0 diverged, 0 skipped$/m.exec(output) ?? []
    assert.equal(runs, same, output)
    assert.ok(Number(runs) > 60, output)
  })

  test('answers why, runs, log and get by positions and by resourceVersions', async () => {
    const why = await kubetape('why', 'configmap/copy-of-one')
    assert.equal(why.status, 0, why.output)
    const [, position] = /because configmap\/one was updated @(\d+) by/.exec(why.output) ?? assert.fail(why.output)
    assert.match(why.output, /created by controller copier for one, run [0-9a-f]{8}: success/)
    const log = await kubetape('log', 'configmap/one')
    assert.match(log.output, new RegExp(`^${position} .* (update|updated) `, 'm'))
    const runs = await kubetape('runs', '--key', 'default/one')
    const { resourceVersion } = (await client.get(ConfigMap, at('copy-of-one'))).metadata
    assert.match(runs.output, /configmaps (added|updated) rv:\d+/)
    const then = await kubetape('get', 'configmap/copy-of-one', '--at', `rv:${resourceVersion}`, '-o', 'yaml')
    assert.equal(then.status, 0, then.output)
    assert.match(then.output, /ofColor: yellow/)
    assert.match(then.output, new RegExp(`resourceVersion: "?'?${resourceVersion}`))
    const verified = await kubetape('verify')
    assert.equal(verified.status, 0, verified.output)
  })

  test('refuses to go on with another redaction', async () => {
    const { status, output } = await runCommand('node', [
      KUBETAPE,
      'run',
      file,
      '--kubeconfig',
      server.kubeconfig,
      '--tape',
      tape,
      '--redact',
      'none',
    ])
    assert.equal(status, 1)
    assert.match(output, /Cannot record on ".*": it was begun with the redaction "secrets", not "none"; name a new file/)
  })
})

const WEBHOOK = `
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor, validatingWebhook } from '@kubetape/runtime'

export const guard = validatingWebhook(ConfigMap, { create: ({ data }) => (data?.['color'] === 'grey' ? 'grey is no color' : undefined) })
export const watcher = () => controllerFor(ConfigMap).reconcile(() => undefined)
`

describe('kubetape run --embedded', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-run-test-'))
  const here = join(ROOT, '.cache', `run-embedded-${process.pid}`)
  const file = join(here, 'copier.ts')
  const children = []
  before(() => {
    mkdirSync(here, { recursive: true })
    writeFileSync(file, CONTROLLER)
    writeFileSync(
      join(folder, 'paint.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: paint, namespace: art }\ndata: { color: red }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: art }\n',
    )
  })
  after(() => {
    for (const child of children) endGroup(child, 'SIGKILL')
    for (const path of [folder, here]) rmSync(path, { recursive: true, force: true })
  })

  for (const [what, where] of [
    ['a data folder', ['--data', join(folder, 'data')]],
    ['a tape', ['--tape', join(folder, 'one.tape')]],
  ])
    test(`runs on a control plane of its own in ${what}, to which files were applied, until a signal comes`, async () => {
      const child = startCommand('node', [
        ...[KUBETAPE, 'run', file, '--embedded', ...where],
        ...['--apply', join(folder, 'paint.yaml'), '--health-probe-bind-address', '0', '--log-level', 'warn'],
      ])
      children.push(child)
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more))
      await until(() => /export KUBECONFIG=(.*)\n/.test(text))
      const client = await clientFromKubeconfig({ path: /export KUBECONFIG=(.*)\n/.exec(text)[1] })
      const copy = () => client.get(ConfigMap, { namespace: 'art', name: 'copy-of-paint' }).catch(() => undefined)
      await until(async () => (await copy()) !== undefined)
      client.close()
      const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
      child.kill('SIGINT')
      assert.equal(await ended, 0, text)
      const { status, output } = await runCommand('node', [
        KUBETAPE,
        'replay',
        ...where,
        '--add',
        file,
        '--strict',
        '--controller',
        'copier',
      ])
      assert.equal(status, 0, output)
      assert.match(output, /^\d\d? runs: \d\d? same, 0 diverged, 0 skipped$/m)
      const why = await runCommand('node', [KUBETAPE, 'why', 'configmap/copy-of-paint', '-n', 'art', ...where])
      assert.match(
        why.output,
        /created by controller copier for paint, run [0-9a-f]{8}: success\n.*because configmap\/paint was added @\d+ by admin \(kubetape\)/,
      )
    })
})

describe('kubetape run --embedded, with webhooks', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-run-test-'))
  const here = join(ROOT, '.cache', `run-webhooks-${process.pid}`)
  const children = []
  before(() => {
    mkdirSync(here, { recursive: true })
    writeFileSync(join(here, 'guard.ts'), WEBHOOK)
  })
  after(() => {
    for (const child of children) endGroup(child, 'SIGKILL')
    for (const path of [folder, here]) rmSync(path, { recursive: true, force: true })
  })

  for (const [how, signal] of [
    ['killed', 'SIGKILL'],
    ['started again', 'SIGTERM'],
  ])
    test(`asks them, registered by themselves; ${how}`, async () => {
      const child = startCommand('node', [
        KUBETAPE,
        'run',
        join(here, 'guard.ts'),
        '--embedded',
        '--data',
        join(folder, 'data'),
        '--log-level',
        'warn',
      ])
      children.push(child)
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more))
      await until(() => /export KUBECONFIG=(.*)\n/.test(text))
      const client = await clientFromKubeconfig({ path: join(folder, 'data', 'kubeconfig') })
      const paint = (color) => client.create(ConfigMap, { metadata: { generateName: 'one-', namespace: 'default' }, data: { color } })
      await until(() =>
        paint('grey').then(
          () => false,
          (error) => /denied the request: grey is no color$/.test(error.message),
        ),
      )
      await paint('red')
      client.close()
      const ended = new Promise((resolve) => child.on('close', (code, by) => resolve(by ?? code)))
      if (signal === 'SIGKILL') endGroup(child, signal)
      else child.kill(signal)
      assert.equal(await ended, signal === 'SIGKILL' ? signal : 0, text)
    })

  test('leaves nothing registered that nobody answers', async () => {
    const { status, output } = await runCommand('node', [
      KUBETAPE,
      'get',
      'validatingwebhookconfigurations',
      '--data',
      join(folder, 'data'),
    ])
    assert.match(output, /^No resources found/)
    assert.equal(status, 0)
  })
})

async function until(condition) {
  for (const end = Date.now() + WAIT_MS; !(await condition()); await sleep(50)) assert.ok(Date.now() < end, 'it took too long')
}
