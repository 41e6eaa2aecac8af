import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'
import { podSecurity } from './pod-security.ts'

const LABEL = 'pod-security.kubernetes.io/'

async function start(labels: Record<string, string>): Promise<TestServer> {
  const server = await TestServer.start({ plugins: (_storage, _clock, environment) => [podSecurity(environment)] })
  const prefixed = Object.fromEntries(Object.entries(labels).map(([key, value]) => [LABEL + key, value]))
  await server.patch('namespaces/default', 'merge', { metadata: { labels: prefixed } })
  return server
}

const pod = (name = 'p', spec: object = {}): object => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
const relabel = (server: TestServer, labels: Record<string, string | null>): ReturnType<TestServer['patch']> =>
  server.patch('namespaces/default', 'merge', { metadata: { labels } })

describe('podSecurity()', () => {
  test('refuses what violates the level, by the name and version of the level', async () => {
    const server = await start({ enforce: 'baseline', 'enforce-version': 'v1.24' })
    expect(await server.create('pods', pod('p', { hostNetwork: true }))).toMatchObject({
      code: 403,
      body: { message: 'pods "p" is forbidden: violates PodSecurity "baseline:v1.24": host namespaces (hostNetwork=true)' },
    })
    expect((await server.create('pods', pod())).code).toBe(201)
  })

  test('warns of what a stricter level forbids, of templates too', async () => {
    const server = await start({ warn: 'baseline' })
    const text = 'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)'
    expect((await server.create('pods', pod('p', { hostPID: true }))).warnings).toEqual([text])
    const template = { spec: { containers: [{ name: 'c', image: 'i' }], hostPID: true, restartPolicy: 'Never' } }
    expect(await server.create('batch/v1/jobs', { metadata: { name: 'j' }, spec: { template } })).toMatchObject({
      code: 201,
      warnings: [text],
    })
  })

  test('warns of templates by the enforced level, and lets them be', async () => {
    const server = await start({ enforce: 'baseline' })
    const template = { spec: { containers: [{ name: 'c', image: 'i' }], hostIPC: true, restartPolicy: 'Never' } }
    const { code, warnings } = await server.create('batch/v1/jobs', { metadata: { name: 'j' }, spec: { template } })
    expect([code, warnings]).toEqual([201, ['would violate PodSecurity "baseline:latest": host namespaces (hostIPC=true)']])
  })

  test('judges changes of what matters only', async () => {
    const server = await start({})
    await server.create('pods', pod('p', { hostNetwork: true }))
    await relabel(server, { [`${LABEL}enforce`]: 'baseline' })
    expect((await server.patch('pods/p', 'merge', { metadata: { labels: { a: 'b' } } })).code).toBe(200)
    expect((await server.patch('pods/p', 'strategic', { spec: { containers: [{ name: 'c', image: 'j' }] } })).code).toBe(403)
    expect((await server.patch('pods/p/status', 'merge', { status: { phase: 'Running' } })).code).toBe(200)
  })

  test('refuses labels that say nothing', async () => {
    expect(
      await (
        await start({})
      ).create('namespaces', { metadata: { name: 'n', labels: { [`${LABEL}warn`]: 'x', [`${LABEL}audit-version`]: '1' } } }),
    ).toMatchObject({
      code: 422,
      body: {
        message:
          'Namespace "n" is invalid: [metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: "1": must be "latest" or "v1.x", metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "x": must be one of privileged, baseline, restricted]',
      },
    })
  })

  test('enforces the strictest level where the label says nothing that is known', async () => {
    const server = await start({})
    const key = { group: '', resource: 'namespaces' }
    const object = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default', labels: { [`${LABEL}enforce`]: 'x' } } }
    const expected = server.storage.get(key, '', 'default')!.revision
    const done = server.storage.commit([{ ...key, namespace: '', name: 'default', operation: 'update', expect: expected, object }])
    await server.clock.advance(1)
    await done
    expect((await server.create('pods', pod())).body.message).toContain('violates PodSecurity "restricted:latest"')
    expect((await relabel(server, { other: 'label' })).code).toBe(200)
  })

  test('tells which Pods a stricter level would refuse', async () => {
    const server = await start({ enforce: 'privileged' })
    for (const name of ['b', 'a', 'c']) await server.create('pods', pod(name, { hostPID: true }))
    await server.create('pods', pod('d', { hostIPC: true }))
    const privileged = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] }
    for (const name of ['e', 'f']) await server.create('pods', pod(name, privileged))
    expect((await relabel(server, { [`${LABEL}enforce`]: 'baseline' })).warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 3 other pods): host namespaces',
      'e (and 1 other pod): privileged',
    ])
    expect((await relabel(server, { [`${LABEL}enforce`]: 'privileged' })).warnings).toEqual([])
  })
})
