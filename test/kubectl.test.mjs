// What an unmodified kubectl of each minor does with Jobs on `kubetape up`, with every binary that is found. Binaries share a server, each in
// its own namespace; within one, the tests follow a Job through its life.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { findKubectl, Kubectl, KUBECTL_MINORS } from '../tools/test/kubectl.mjs'
import { startKubetape } from '../tools/test/kubetape-server.mjs'

/** The last minor that can explain from OpenAPI v2. */
const LAST_WITH_OPENAPI_V2 = 31

const job = (name, spec = {}) =>
  JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { note: 'first' } },
    spec: {
      ...spec,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/app:1' }] } },
    },
  })

describe('kubectl', { concurrency: 4 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-kubectl-'))
  let server
  before(async () => {
    server = await startKubetape('default', ['--nodes', '2'])
  })
  after(async () => {
    await server?.stop()
    server?.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const minor of KUBECTL_MINORS) {
    const binary = findKubectl(minor)
    const skip = binary === undefined ? `kubectl.${minor} is neither in KUBECTL_DIR nor on PATH nor under /usr/lib` : false
    describe(minor, { skip, concurrency: 1 }, () =>
      jobLife(new Kubectl(binary, join(folder, minor), () => server.kubeconfig), Number(minor.split('.')[1])),
    )
  }
})

/** What must work with every kubectl; in this order. */
function jobLife(kubectl, minor) {
  before(async () => {
    await kubectl.ok('create', 'namespace', kubectl.namespace)
    kubectl.write('job.json', job('work', { completions: 2, parallelism: 2 }))
    kubectl.write('waiting.json', job('waiting', { suspend: true }))
  })

  test('version names the server', async () => {
    const { serverVersion } = JSON.parse(await kubectl.ok('version', '-o', 'json'))
    assert.deepEqual([serverVersion.major, serverVersion.minor], ['1', '31'])
  })

  test('api-resources and api-versions list what is served', async () => {
    const resources = await kubectl.ok('api-resources', '--no-headers')
    assert.match(resources, /^jobs +batch\/v1 +true +Job$/m)
    assert.match(resources, /^pods +po +v1 +true +Pod$/m)
    assert.match(await kubectl.ok('api-versions'), /^batch\/v1$/m)
  })

  test('explain knows the fields', async () => {
    const outputs = minor <= LAST_WITH_OPENAPI_V2 ? ['plaintext', 'plaintext-openapiv2'] : ['plaintext']
    for (const output of outputs) {
      const text = await kubectl.ok('explain', 'job.spec.podFailurePolicy.rules', `--output=${output}`)
      assert.match(text, /action\t+ ?<string> -required-/)
      assert.match(text, /onExitCodes\t+ ?</)
    }
  })

  test('apply --dry-run=server answers the defaulted object and stores nothing', async () => {
    const name = await kubectl.ok('apply', '--dry-run=server', '-f', 'job.json', '-o', 'jsonpath={.metadata.name} {.spec.backoffLimit}')
    assert.equal(name, 'work 6')
    assert.match((await kubectl.run('get', 'job', 'work')).stderr, /jobs.batch "work" not found/)
  })

  test('diff shows what apply would do', async () => {
    const { code, stdout } = await kubectl.run('diff', '-f', 'waiting.json')
    assert.equal(code, 1)
    assert.match(stdout, /^\+kind: Job$/m)
    await kubectl.ok('apply', '-f', 'waiting.json')
    assert.deepEqual(await kubectl.run('diff', '-f', 'waiting.json'), { code: 0, stdout: '', stderr: '' })
  })

  test('apply creates a Job, wait sees it complete, describe and events tell how', async () => {
    assert.equal(await kubectl.ok('apply', '-f', 'job.json'), 'job.batch/work created\n')
    assert.equal(await kubectl.ok('wait', '--for=condition=complete', 'job/work', '--timeout=30s'), 'job.batch/work condition met\n')
    assert.equal(
      await kubectl.ok('wait', '--for=jsonpath={.status.succeeded}=2', 'job/work', '--timeout=5s'),
      'job.batch/work condition met\n',
    )
    assert.equal(await kubectl.ok('apply', '-f', 'job.json'), 'job.batch/work unchanged\n')
    const described = await kubectl.ok('describe', 'job', 'work')
    assert.match(described, /^Pods Statuses: +0 Active \(0 Ready\) \/ 2 Succeeded \/ 0 Failed$/m)
    assert.match(described, /Normal +SuccessfulCreate .*Created pod: work-/)
    const events = await kubectl.ok('events', '--for', 'job/work')
    assert.match(events, /Normal +Completed +Job\/work +Job completed/)
  })

  test('get prints tables, YAML, JSONPath and columns', async () => {
    assert.match(await kubectl.ok('get', 'job', 'work'), /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nwork +Complete +2\/2 /)
    assert.match(await kubectl.ok('get', 'job', 'work', '-o', 'wide'), /CONTAINERS +IMAGES +SELECTOR\n.* main +registry.example\/app:1 /)
    assert.match(await kubectl.ok('get', 'job', 'work', '-o', 'yaml'), /^apiVersion: batch\/v1\nkind: Job\nmetadata:\n/)
    assert.equal(await kubectl.ok('get', 'job', 'work', '-o', 'jsonpath={.status.conditions[?(@.type=="Complete")].status}'), 'True')
    const columns = await kubectl.ok('get', 'jobs', '--sort-by=.metadata.name', '-o', 'custom-columns=N:.metadata.name,S:.spec.suspend')
    assert.equal(columns, 'N         S\nwaiting   true\nwork      false\n')
    assert.match(
      await kubectl.ok('get', 'pods', '-l', 'job-name=work', '--field-selector=status.phase=Succeeded', '-o', 'name'),
      /^(pod\/work-.*\n){2}$/,
    )
    assert.match(await kubectl.ok('get', 'jobs', '--chunk-size=1', '-o', 'name'), /^job.batch\/waiting\njob.batch\/work\n$/)
  })

  test('get -w follows patches and edits', async () => {
    const columns = kubectl.start('get', 'job', 'waiting', '-w', '-o', 'custom-columns=P:.spec.parallelism,A:.metadata.annotations.note')
    const events = kubectl.start('get', 'job', 'waiting', '-w', '--output-watch-events')
    await columns.prints(/^1 +first$/m)
    await events.prints(/^ADDED +waiting +Suspended +0\/1 /m)
    await kubectl.ok('patch', 'job', 'waiting', '--type=merge', '-p', '{"spec":{"parallelism":3}}')
    await columns.prints(/^3 +first$/m)
    await events.prints(/^MODIFIED +waiting +Suspended +0\/1 /m)
    const edited = await kubectl.run({ KUBE_EDITOR: "sed -i -e 's/note: first/note: second/'" }, 'edit', 'job', 'waiting')
    assert.match(edited.stdout, /^job.batch\/waiting edited/)
    await columns.prints(/^3 +second$/m)
    await Promise.all([columns.stop(), events.stop()])
  })

  test('patch, label and annotate change objects; what may not change is refused', async () => {
    await kubectl.ok('patch', 'job', 'waiting', '--type=json', '-p', '[{"op":"replace","path":"/spec/backoffLimit","value":2}]')
    assert.equal(await kubectl.ok('label', 'job', 'waiting', 'tier=slow'), 'job.batch/waiting labeled\n')
    // kubectl 1.27 says "annotate".
    assert.match(await kubectl.ok('annotate', 'job', 'waiting', 'note-'), /^job.batch\/waiting annotated?\n$/)
    const refused = await kubectl.run('patch', 'job', 'waiting', '-p', '{"spec":{"completions":7}}')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^The Job "waiting" is invalid: spec.completions: Invalid value: 7: field is immutable$/m)
  })

  test('logs say what a simulated container did, and exec is refused clearly', async () => {
    assert.match(await kubectl.ok('logs', 'job/work'), /^Container "\w+" was started by a simulated node: nothing is executed\n/)
    const pod = await kubectl.ok('get', 'pods', '-l', 'job-name=work', '-o', 'jsonpath={.items[0].metadata.name}')
    const port = await kubectl.run('port-forward', `pod/${pod}`, '18080:80')
    assert.equal(port.code, 1)
    assert.match(port.stderr, /pod is not running. Current status=Succeeded/)
    const exec = await kubectl.run('exec', pod, '--', 'true')
    assert.equal(exec.code, 1)
    assert.match(exec.stderr, /Cannot serve subresource "exec" of pod|cannot exec into a container in a completed pod/)
  })

  test('proxy passes requests and watches on', async () => {
    const proxy = kubectl.start('proxy', '--port=0')
    const [, address] = await proxy.prints(/Starting to serve on (\S+)\n/)
    const url = `http://${address}/api/v1/namespaces/${kubectl.namespace}/configmaps`
    const { kind, metadata } = await (await fetch(url)).json()
    assert.equal(kind, 'ConfigMapList')
    const watching = new AbortController()
    const watch = await fetch(`${url}?watch=true&resourceVersion=${metadata.resourceVersion}`, { signal: watching.signal })
    await kubectl.ok('create', 'configmap', 'seen', '--from-literal=a=1')
    const first = await firstLine(watch.body)
    assert.deepEqual([first.type, first.object.metadata.name, first.object.data], ['ADDED', 'seen', { a: '1' }])
    watching.abort()
    await proxy.stop()
  })

  test('delete takes a Job and its Pods away', async () => {
    assert.equal(await kubectl.ok('delete', 'job', 'work', '--cascade=foreground'), 'job.batch "work" deleted\n')
    assert.equal(await kubectl.ok('get', 'pods', '-l', 'job-name=work', '-o', 'name'), '')
    assert.match((await kubectl.run('get', 'job', 'work')).stderr, /jobs.batch "work" not found/)
    await kubectl.ok('delete', 'namespace', kubectl.namespace)
  })
}

async function firstLine(body) {
  let text = ''
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes('\n')) break
  }
  return JSON.parse(text.slice(0, text.indexOf('\n')))
}
