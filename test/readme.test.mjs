// README.md is held to its word: the example compiles, and every command that it shows works on a tape with a finished Job.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endGroup, ROOT, runCommand, startCommand } from '../tools/test/command.mjs'
import { kubectlEnvironment } from '../tools/test/kubectl.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
/** Programs by the file in `mine` that the README says to save them in. */
const EXAMPLES = [...README.matchAll(/[Ii]n `mine\/(\w+\.ts)`[^\n]*\n\n```ts\n([\s\S]*?)```/g)].map(([, name, text]) => ({ name, text }))
const JOB_WAIT_MS = 30_000
/** What a shell can run when a server is there: the blocks with kubectl, without the lines that start programs. */
const KUBECTL_SCRIPTS = [...README.matchAll(/```sh\n([\s\S]*?)```/g)]
  .map(([, text]) => text.replace(/^(npx|export|kube-).*\n/gm, ''))
  .filter((text) => text.startsWith('kubectl '))

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}

test('the example controllers of the README compile', async () => {
  const folder = join(ROOT, '.cache', 'readme')
  mkdirSync(folder, { recursive: true })
  try {
    for (const { name, text } of EXAMPLES) writeFileSync(join(folder, name), text)
    const files = EXAMPLES.map(({ name }) => name)
    assert.deepEqual(files, ['hello.ts', 'task.ts'])
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: { noEmit: true, composite: false }, files }),
    )
    const { status, output } = await runCommand('tsc', ['-p', folder])
    assert.equal(status, 0, output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('hello world has at most eight lines', () => {
  assert.ok(EXAMPLES[0].text.trim().split('\n').length <= 8, EXAMPLES[0].text)
})

describe('the commands of the README', () => {
  let server
  let revision
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-readme-'))
  // The example controllers where the README says to save them, unless somebody works on them there.
  const ours = EXAMPLES.map(({ name, text }) => ({ path: join(ROOT, 'mine', name), text })).filter(({ path }) => !existsSync(path))
  before(async () => {
    mkdirSync(join(ROOT, 'mine'), { recursive: true })
    for (const { path, text } of ours) writeFileSync(path, text)
    server = await startKubetape('default', ['--nodes', '1'])
    const api = connect(server.kubeconfig)
    await makeJob(api)
    writeFileSync(join(folder, 'crds.yaml'), JSON.stringify(WIDGETS))
    await api('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS)
    for (const end = Date.now() + JOB_WAIT_MS; ; await sleep(100)) {
      const { metadata, status } = await api('GET', '/apis/batch/v1/namespaces/default/jobs/hello')
      revision = metadata.resourceVersion
      if (status.conditions?.some(({ type }) => type === 'Complete')) break
      assert.ok(Date.now() < end, `the Job did not complete: ${JSON.stringify(status)}`)
    }
  })
  after(async () => {
    await server?.stop()
    server?.remove()
    rmSync(folder, { recursive: true, force: true })
    for (const { path } of ours) rmSync(path, { force: true })
  })

  /** As the README makes it; by a request of our own where there is no kubectl. */
  async function makeJob(api) {
    const env = kubectlEnvironment('1.31', folder, server.kubeconfig)
    for (const script of env === undefined ? [] : KUBECTL_SCRIPTS) {
      const { status, output } = await runCommand('sh', ['-ec', script], { cwd: folder, env })
      assert.equal(status, 0, output)
    }
    if (env !== undefined) return
    const container = { name: 'hello', image: 'busybox:1.36', command: ['echo', 'hello'] }
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [container] } } }
    await api('POST', '/apis/batch/v1/namespaces/default/jobs', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'hello' }, spec })
  }

  /** With files and a revision of the reader's own. */
  const here = (words) =>
    words
      .replace('REVISION', revision)
      .replace('FILE', server.kubeconfig)
      .replace('crds.yaml', join(folder, 'crds.yaml'))
      .replace('mine/hello.tape', join(folder, 'hello.tape'))
      .replace(/^init /, `init ${folder}/`)

  test('npx tsc -p mine checks what is in mine, and the examples are right', async () => {
    const wrong = join(ROOT, 'mine', `wrong-${process.pid}.ts`)
    writeFileSync(wrong, "export const count: number = 'one'\n")
    try {
      const { status, output } = await runCommand('tsc', ['-p', 'mine'], { cwd: ROOT })
      assert.notEqual(status, 0)
      assert.match(output, /mine\/wrong-\d+\.ts.*error TS2322/)
      for (const { name } of EXAMPLES) assert.doesNotMatch(output, new RegExp(`mine/${name}`))
    } finally {
      rmSync(wrong)
    }
  })

  // Programs come first: others read what they recorded.
  const programs = [...README.matchAll(/^npx (node|kubetape run) ([^#\n]*?)\s*(?:#.*)?$/gm)]
  for (const [, how, words] of programs)
    test(`${how} ${words}, until a signal comes`, async () => {
      const more =
        how === 'node' ? [] : ['--health-probe-bind-address', '0', ...(words.includes('--embedded') ? ['--data', join(folder, 'own')] : [])]
      const child = startCommand('node', [...(how === 'node' ? [] : [KUBETAPE, 'run']), ...here(words).split(' '), ...more], {
        env: { KUBECONFIG: server.kubeconfig },
      })
      try {
        let text = ''
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (printed) => (text += printed))
        const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
        for (const end = Date.now() + JOB_WAIT_MS; !text.includes('hello default/kube-root-ca.crt'); await sleep(50))
          assert.ok(Date.now() < end && child.exitCode === null, text)
        child.kill('SIGINT')
        assert.equal(await ended, 0, text)
      } finally {
        endGroup(child, 'SIGKILL')
      }
    })

  const READS_NO_TAPE = /^(gates|types|init)\b|--tape\b/
  const commands = [...README.matchAll(/^(?:npx )?kubetape (?!(?:up|run)\b)([^#\n]*?)\s*(?:#.*)?$/gm)].map(([, words]) => words)
  for (const words of commands) {
    test(`kubetape ${words}`, async () => {
      const { status, output } = await runCommand('node', [
        KUBETAPE,
        ...here(words).split(' '),
        ...(READS_NO_TAPE.test(words) ? [] : ['--data', server.data]),
      ])
      assert.equal(status, 0, output)
      assert.notEqual(output.trim(), '')
    })
  }
})

/** Speaks to the server that a kubeconfig in JSON names, and fails on every answer that is no success. */
function connect(kubeconfig) {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'))
  const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster
  const options = {
    ca: Buffer.from(authority, 'base64'),
    headers: { authorization: `Bearer ${config.users[0].user.token}`, 'content-type': 'application/json' },
  }
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(`${server}${path}`, { ...options, method }, async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('')
        if (response.statusCode < 300) resolve(JSON.parse(text))
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
      })
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
}
