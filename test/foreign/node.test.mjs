// The official JavaScript client, @kubernetes/client-node, against `kubetape up`: its typed calls, its Watch and its own informer.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BatchV1Api, CoreV1Api, KubeConfig, makeInformer, PatchStrategy, setHeaderOptions, Watch } from '@kubernetes/client-node'
import { startKubetape } from '../../tools/test/kubetape-server.mjs'

const NAMESPACE = 'default'
const WAIT_MS = 15_000
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

const jobNamed = (name) => ({
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/app:1' }] } } },
})

describe('@kubernetes/client-node', { concurrency: true }, () => {
  let server
  let config
  let core
  let batch
  before(async () => {
    server = await startKubetape('default', ['--nodes', '1'])
    config = new KubeConfig()
    config.loadFromFile(server.kubeconfig)
    core = config.makeApiClient(CoreV1Api)
    batch = config.makeApiClient(BatchV1Api)
  })
  after(async () => {
    await server?.stop()
    server?.remove()
  })

  test('creates, lists, patches, replaces and deletes', async () => {
    const namespace = NAMESPACE
    const name = 'typed'
    const created = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name, labels: { set: 'typed' } }, data: { a: '1' } },
    })
    assert.ok(created.metadata.creationTimestamp instanceof Date)
    const patched = await core.patchNamespacedConfigMap({ namespace, name, body: { data: { b: '2' } } }, MERGE)
    assert.deepEqual(patched.data, { a: '1', b: '2' })
    const replaced = await core.replaceNamespacedConfigMap({ namespace, name, body: { ...patched, data: { c: '3' } } })
    assert.deepEqual(replaced.data, { c: '3' })
    await assert.rejects(core.replaceNamespacedConfigMap({ namespace, name, body: patched }), { code: 409 })
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'set=typed' })
    assert.deepEqual(
      list.items.map((one) => one.metadata.name),
      [name],
    )
    assert.equal((await core.deleteNamespacedConfigMap({ namespace, name })).status, 'Success')
    await assert.rejects(core.readNamespacedConfigMap({ namespace, name }), { code: 404 })
  })

  test('its informer sees ConfigMaps come, change and go', async () => {
    const namespace = NAMESPACE
    const name = 'informed'
    const seen = recorder()
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'was-there' }, data: {} } })
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => core.listNamespacedConfigMap({ namespace }))
    for (const event of ['add', 'update', 'delete'])
      informer.on(event, (object) => seen.add(`${event} ${object.metadata.name} ${object.data?.a ?? '-'}`))
    informer.on('error', (error) => seen.fail(error))
    await informer.start()
    await seen.has('add was-there -')
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { a: '1' } } })
    await seen.has('add informed 1')
    await core.patchNamespacedConfigMap({ namespace, name, body: { data: { a: '2' } } }, MERGE)
    await seen.has('update informed 2')
    assert.equal(informer.get(name, namespace).data.a, '2')
    await core.deleteNamespacedConfigMap({ namespace, name })
    await seen.has('delete informed 2')
    assert.equal(informer.get(name, namespace), undefined)
    await informer.stop()
  })

  test('its informer follows a Job to its end', async () => {
    const namespace = NAMESPACE
    const name = 'followed'
    const seen = recorder()
    const informer = makeInformer(config, `/apis/batch/v1/namespaces/${namespace}/jobs`, () => batch.listNamespacedJob({ namespace }))
    const state = ({ status }) => status?.conditions?.find(({ type }) => type === 'Complete')?.status ?? 'running'
    for (const event of ['add', 'update', 'delete'])
      informer.on(event, (object) => seen.add(`${event} ${object.metadata.name} ${state(object)}`))
    informer.on('error', (error) => seen.fail(error))
    await informer.start()
    await batch.createNamespacedJob({ namespace, body: jobNamed(name) })
    await seen.has('add followed running')
    await seen.has('update followed True')
    await batch.deleteNamespacedJob({ namespace, name, propagationPolicy: 'Background' })
    await seen.has('delete followed True')
    await informer.stop()
  })

  test('Watch delivers events from a resourceVersion on, with bookmarks', async () => {
    const namespace = NAMESPACE
    const name = 'watched'
    const seen = recorder()
    const { metadata } = await batch.listNamespacedJob({ namespace })
    const options = { resourceVersion: metadata.resourceVersion, allowWatchBookmarks: true, fieldSelector: `metadata.name=${name}` }
    const heard = (type, object) => seen.add(`${type} ${object.metadata.name ?? ''} ${object.spec?.suspend ?? ''}`)
    const request = await new Watch(config).watch(`/apis/batch/v1/namespaces/${namespace}/jobs`, options, heard, (error) =>
      seen.fail(error),
    )
    const job = jobNamed(name)
    await batch.createNamespacedJob({ namespace, body: { ...job, spec: { ...job.spec, suspend: true } } })
    await seen.has('ADDED watched true')
    await batch.patchNamespacedJob({ namespace, name, body: { spec: { parallelism: 2 } } }, MERGE)
    await seen.has('MODIFIED watched true')
    await batch.deleteNamespacedJob({ namespace, name, propagationPolicy: 'Background' })
    await seen.has('DELETED watched true')
    request.abort()
  })
})

/** Gathers lines; `has` waits until one of them was seen. */
function recorder() {
  const lines = []
  let wake = () => {}
  let failed
  return {
    add(line) {
      lines.push(line)
      wake()
    },
    /** Aborting a watch is how it ends. */
    fail(error) {
      if (error === null || error === undefined || error.name === 'AbortError') return
      failed = error
      wake()
    },
    async has(line) {
      const late = Date.now() + WAIT_MS
      while (!lines.includes(line)) {
        if (failed !== undefined) throw failed
        const left = late - Date.now()
        if (left <= 0) throw new Error(`never seen: ${line}; seen: ${lines.join(', ')}`)
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, left)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
  }
}
