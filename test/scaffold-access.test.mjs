// The RBAC that `kubetape init` writes, held against an audit log: the controller may do exactly what it does, and nothing that it tries is refused.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigMap } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { applyManifests, readManifests } from '@kubetape/control-plane'
import { endGroup, ROOT, runCommand, startCommand } from '../tools/test/command.mjs'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'

const WAIT_MS = 20_000
const ACCOUNT = 'system:serviceaccount:default:demo'
const Demo = { group: 'example.com', version: 'v1alpha1', kind: 'Demo', resource: 'demos', namespaced: true }
const POLICY = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n'

/** Granted, but in no audit log by this name. */
const UNSEEN = [
  // Server-side apply is the verb patch; where there is nothing to patch, create has to be allowed too.
  'create configmaps',
  // Asked for by an admission plugin that is off by default.
  'update demos.example.com/finalizers',
]

describe('the RBAC of a new project', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-scaffold-'))
  const here = join(ROOT, '.cache', `scaffold-${process.pid}`)
  const project = join(here, 'demo')
  const auditLog = join(folder, 'audit.log')
  let server
  let client
  let program
  before(async () => {
    mkdirSync(here, { recursive: true })
    const { status, output } = await runCommand('node', [KUBETAPE, 'init', project])
    assert.equal(status, 0, output)
    writeFileSync(join(folder, 'policy.yaml'), POLICY)
    server = await startKubetape('default', ['--audit-policy-file', join(folder, 'policy.yaml'), '--audit-log-path', auditLog])
    client = await clientFromKubeconfig({ path: server.kubeconfig })
    await applyManifests(client, readManifests([join(project, 'crd.yaml'), join(project, 'rbac.yaml')]))
    const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8'))
    config.users[0].user.as = ACCOUNT
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config))
  })
  after(async () => {
    if (program !== undefined) endGroup(program, 'SIGKILL')
    client?.close()
    await server?.stop()
    server?.remove()
    for (const path of [folder, here]) rmSync(path, { recursive: true, force: true })
  })

  test('is what the controller does, no more and no less', async () => {
    const flags = [
      '--kubeconfig',
      join(folder, 'kubeconfig'),
      '--health-probe-bind-address',
      '0',
      '--leader-elect',
      '--leader-election-id',
      'demo',
    ]
    program = startCommand('node', [KUBETAPE, 'run', join(project, 'controller.ts'), ...flags])
    let text = ''
    for (const stream of [program.stdout, program.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more))
    const ended = new Promise((resolve) => program.on('close', (code, signal) => resolve(signal ?? code)))

    await client.create(Demo, { metadata: { namespace: 'default', name: 'one' }, spec: { who: 'you' } })
    const target = { namespace: 'default', name: 'demo-one' }
    const greeting = () => client.get(ConfigMap, target).catch(() => undefined)
    const status = async () => (await client.get(Demo, { namespace: 'default', name: 'one' })).status?.conditions?.[0]?.status
    await until(
      async () => (await greeting()) !== undefined && (await status()) === 'True',
      () => text,
    )
    // The same event again is a patch of the first one; and the Lease is renewed every two seconds.
    const { uid } = (await greeting()).metadata
    await client.delete(ConfigMap, target)
    await until(
      async () => ![undefined, uid].includes((await greeting())?.metadata.uid),
      () => text,
    )
    await until(
      () => seen().has('patch events.events.k8s.io') && seen().has('update leases.coordination.k8s.io'),
      () => `${text}${[...seen()]}`,
    )
    program.kill('SIGTERM')
    assert.equal(await ended, 0, text)
    program = undefined

    assert.deepEqual(
      events().filter(({ annotations }) => annotations['authorization.k8s.io/decision'] !== 'allow'),
      [],
    )
    assert.deepEqual([...seen(), ...UNSEEN].toSorted(), granted())
  })

  const events = () =>
    readFileSync(auditLog, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .filter(({ impersonatedUser }) => impersonatedUser?.username === ACCOUNT)

  /** `patch demos.example.com/status`: what was asked for. */
  function seen() {
    return new Set(events().map(({ verb, objectRef: { apiGroup, resource, subresource } }) => entry(verb, apiGroup, resource, subresource)))
  }

  function granted() {
    const rules = readManifests([join(project, 'rbac.yaml')]).flatMap((object) => object.rules ?? [])
    return rules
      .flatMap(({ apiGroups, resources, verbs }) =>
        verbs.flatMap((verb) => resources.flatMap((one) => apiGroups.map((group) => entry(verb, group, ...one.split('/'))))),
      )
      .toSorted()
  }
})

function entry(verb, group, resource, subresource) {
  return `${verb} ${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`
}

async function until(condition, text) {
  for (const end = Date.now() + WAIT_MS; !(await condition()); await sleep(100)) assert.ok(Date.now() < end, `it took too long: ${text()}`)
}
