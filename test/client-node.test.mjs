// @kubetape/client-node against a real server over HTTPS: the same program sees the same through both imports, and is recorded through ours.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as theirs from '@kubernetes/client-node'
import * as ours from '@kubetape/client-node'
import { runCommand } from '../tools/test/command.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WAIT_MS = 15_000
const PATH = '/api/v1/namespaces/default/configmaps'

const folder = mkdtempSync(join(tmpdir(), 'kubetape-client-node-'))
let server
let config
let api
before(async () => {
  server = await startKubetape('default')
  config = new theirs.KubeConfig()
  config.loadFromFile(server.kubeconfig)
  api = config.makeApiClient(theirs.CoreV1Api)
})
after(async () => {
  assert.equal(await server?.stop(), undefined)
  server?.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** The program: everything that a handler can notice, in words. */
function program({ makeInformer }, name, informerOptions) {
  const seen = []
  const lists = () => api.listNamespacedConfigMap({ namespace: 'default', labelSelector: 'app=shop' })
  const informer = makeInformer(config, PATH, lists, 'app=shop', undefined, informerOptions)
  const words = (object) => `${object.kind ?? 'no kind'} ${object.metadata.name} ${JSON.stringify(object.data)}`
  const times = (object) => (object.metadata.creationTimestamp instanceof Date ? 'Date' : typeof object.metadata.creationTimestamp)
  for (const verb of ['add', 'update', 'delete', 'change'])
    informer.on(
      verb,
      (object) =>
        void seen.push(`${verb} ${words(object)} ${times(object)} cached ${informer.get(object.metadata.name, 'default') !== undefined}`),
    )
  informer.on('connect', () => void seen.push('connect'))
  informer.on('error', (error) => void seen.push(`error ${error?.statusCode ?? error?.code ?? error}`))
  const never = () => void seen.push('a handler that was taken off')
  informer.on('add', never)
  informer.off('add', never)
  return { name, seen, informer }
}

const map = (name, data, labels = { app: 'shop' }) => ({ metadata: { name, labels }, data })
const create = (body) => api.createNamespacedConfigMap({ namespace: 'default', body })
const remove = (name) => api.deleteNamespacedConfigMap({ namespace: 'default', name })
const replace = (body) => api.replaceNamespacedConfigMap({ namespace: 'default', name: body.metadata.name, body })

async function until(what, isSo) {
  for (const end = Date.now() + WAIT_MS; !isSo(); await sleep(20)) assert.ok(Date.now() < end, what())
}

describe('makeInformer()', () => {
  test('shows handlers what the one of @kubernetes/client-node shows', async () => {
    await create(map('before', { at: '1' }))
    const both = [program(theirs, 'theirs'), program(ours, 'ours')]
    try {
      await Promise.all(both.map(({ informer }) => informer.start()))
      await create(map('one', { at: '1' }))
      await create(map('other', {}, { app: 'else' }))
      await replace(map('one', { at: '2' }))
      await replace(map('before', { at: '2' }, { app: 'else' }))
      await remove('one')
      await create(map('last', {}))
      const hasLast = ({ seen }) => seen.some((line) => line.startsWith('change ConfigMap last'))
      await until(
        () => JSON.stringify(both.map(({ seen }) => seen)),
        () => both.every(hasLast),
      )
      assert.deepEqual(both[1].seen, both[0].seen)
      assert.deepEqual(
        both[1].informer.list('default').map(({ metadata }) => metadata.name),
        ['last'],
      )
      assert.equal(both[1].informer.get('last', 'default').metadata.name, 'last')
    } finally {
      await Promise.all(both.map(({ informer }) => informer.stop()))
    }
  })

  test('hears, after a stop, only of what changed meanwhile', async () => {
    const { seen, informer } = program(ours, 'ours')
    await create(map('going', {}))
    await informer.start()
    await informer.stop()
    seen.length = 0
    await remove('going')
    await create(map('coming', {}))
    await informer.start()
    await until(
      () => seen.join('\n'),
      () => seen.some((line) => line.startsWith('delete')),
    )
    await informer.stop()
    assert.deepEqual(
      seen.filter((line) => /^(add|delete)/.test(line)).map((line) => line.split(' ').slice(0, 4).join(' ')),
      ['add no kind coming', 'delete no kind going'],
    )
  })

  test('lets what handlers throw be an unhandled rejection, as there', async () => {
    const outcome = async (from) => {
      const code = `
        import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
        import { makeInformer } from '${from}'
        const config = new KubeConfig()
        config.loadFromFile(${JSON.stringify(server.kubeconfig)})
        const api = config.makeApiClient(CoreV1Api)
        const informer = makeInformer(config, '/api/v1/namespaces', () => api.listNamespace())
        process.on('unhandledRejection', (error) => {
          console.log(error.message)
          process.exit(3)
        })
        informer.on('add', async () => {
          throw new Error('a handler failed')
        })
        await informer.start()`
      const flags = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code]
      const { status, output } = await runCommand('node', flags)
      return [status, output.split('\n')[0]]
    }
    assert.deepEqual(await outcome('@kubernetes/client-node'), [3, 'a handler failed'])
    assert.deepEqual(await outcome('@kubetape/client-node'), [3, 'a handler failed'])
  })

  test('refuses what is no path of a collection', () => {
    assert.throws(
      () => ours.makeInformer(config, '/api/v1/namespaces/default/configmaps/one', () => undefined),
      /not the path of a collection/,
    )
  })
})

describe('a recorded handler', () => {
  const tape = join(folder, 'tape.db')
  const kubetape = async (...words) => {
    const { status, output } = await runCommand('node', [KUBETAPE, ...words, '--tape', tape])
    assert.equal(status, 0, output)
    return output
  }

  test('stands on the tape with what it saw, what it asked and how it ended', async () => {
    process.env.KUBETAPE_TAPE = tape
    const recorded = ours.makeApiClient(config, theirs.CoreV1Api)
    const namespaces = ours.makeInformer(config, '/api/v1/namespaces', () => api.listNamespace({ labelSelector: 'team' }), 'team')
    const maps = ours.makeInformer(config, '/api/v1/configmaps', () => api.listConfigMapForAllNamespaces())
    delete process.env.KUBETAPE_TAPE
    let handled = 0
    namespaces.on('add', async ({ metadata: { name, labels } }) => {
      await recorded.createNamespacedConfigMap({ namespace: name, body: { metadata: { name: 'team' }, data: { team: labels.team } } })
      await recorded.readNamespacedConfigMap({ namespace: name, name: 'absent' }).catch(() => undefined)
      handled++
    })
    let seen = 0
    maps.on('add', ({ metadata }) => void (seen += metadata.name === 'team' ? 1 : 0))
    await Promise.all([namespaces.start(), maps.start()])
    await api.createNamespace({ body: { metadata: { name: 'red', labels: { team: 'reds' } } } })
    await until(
      () => `${handled} handled, ${seen} seen`,
      () => handled === 1 && seen === 1,
    )
    await Promise.all([namespaces.stop(), maps.stop()])

    const runs = (await kubetape('runs', '--controller', 'namespaces-informer', '-o', 'json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      runs.map(({ key, end, requests }) => [key, end.outcome, requests]),
      [['red', 'success', 2]],
    )
    const run = await kubetape('runs', runs[0].id)
    assert.match(run, /1\. create configmap red\/team: an object at resourceVersion \d+/)
    assert.match(run, /2\. get configmap red\/absent: .*not found/i)
    const why = await kubetape('why', 'configmap', 'team', '-n', 'red')
    assert.match(why, /namespaces-informer/)
    assert.match(await kubetape('get', 'configmap', 'team', '-n', 'red', '-o', 'yaml'), /team: reds/)
    assert.match(await kubetape('get', 'namespace', 'red', '-o', 'yaml'), /kind: Namespace/)
    await kubetape('verify')
  })
})
