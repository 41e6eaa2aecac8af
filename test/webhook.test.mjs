// Admission webhooks that listen on HTTPS, behind a Service and at an address, on a control plane with its own controllers: what they change,
// refuse and miss reaches the client, and quota of custom resources is counted beside them.
import { ControlPlane } from '@kubetape/control-plane'
import {
  ConfigMap,
  CustomResourceDefinition,
  EndpointSlice,
  MutatingWebhookConfiguration,
  ResourceQuota,
  Service,
  ValidatingWebhookConfiguration,
} from '@kubetape/api/kinds'
import { makeCertificates } from '@kubetape/apiserver'
import { systemClock } from '@kubetape/determinism'
import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { createServer } from 'node:https'
import { after, before, describe, test } from 'node:test'

const WAIT_MS = 20_000
const ANSWERS = {
  '/mutate': () => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify([{ op: 'add', path: '/data', value: { seen: 'yes' } }])).toString('base64'),
    warnings: ['changed by a webhook'],
  }),
  '/validate': ({ object }) =>
    object?.metadata.labels?.bad ? { allowed: false, status: { message: 'bad label', code: 422, reason: 'Invalid' } } : { allowed: true },
}

let plane, client, server, caBundle, port

before(async () => {
  const { ca, server: pair } = await makeCertificates({
    clock: systemClock(),
    hosts: ['hook.default.svc', 'localhost'],
    admin: { name: 'nobody', groups: [] },
  })
  caBundle = Buffer.from(ca).toString('base64')
  server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      const { kind, apiVersion, request: asked } = JSON.parse(body)
      const answer = ANSWERS[request.url.replace(/\?.*/, '')](asked)
      response.end(JSON.stringify({ kind, apiVersion, response: { uid: asked.uid, ...answer } }))
    })
  })
  await new Promise((resolve) => server.listen(0, resolve))
  port = server.address().port
  plane = await ControlPlane.start()
  client = plane.client()
})
after(async () => {
  await plane?.stop()
  server?.closeAllConnections()
  server?.close()
})

const rules = (resource) => [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: [resource] }]
const common = { sideEffects: 'None', admissionReviewVersions: ['v1'] }
const refusal = (request) =>
  request.then(
    () => undefined,
    (error) => error.status,
  )

async function until(what, holds) {
  const deadline = performance.now() + WAIT_MS
  while (!(await holds())) {
    if (performance.now() > deadline) assert.fail(`never came to be: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** An address of this machine that others may dial: upstream refuses loopback ones behind Services. */
function ownAddress() {
  const all = Object.values(networkInterfaces()).flat()
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

describe('webhooks over HTTPS', () => {
  test('are found behind a Service by the name of its certificate', async () => {
    await client.create(Service, { metadata: { name: 'hook', namespace: 'default' }, spec: { ports: [{ name: 'https', port: 443 }] } })
    await client.create(EndpointSlice, {
      metadata: { name: 'hook-a', namespace: 'default', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [ownAddress()] }],
    })
    const clientConfig = { service: { namespace: 'default', name: 'hook', path: '/mutate' }, caBundle }
    await client.create(MutatingWebhookConfiguration, {
      metadata: { name: 'change' },
      webhooks: [{ name: 'change.example.com', clientConfig, rules: rules('configmaps'), ...common }],
    })
    const made = await client.create(ConfigMap, { metadata: { name: 'a', namespace: 'default' } })
    assert.deepEqual(made.data, { seen: 'yes' })
  })

  test('refuse with their own words', async () => {
    const clientConfig = { url: `https://localhost:${port}/validate`, caBundle }
    await client.create(ValidatingWebhookConfiguration, {
      metadata: { name: 'judge' },
      webhooks: [{ name: 'judge.example.com', clientConfig, rules: rules('configmaps'), ...common }],
    })
    const status = await refusal(client.create(ConfigMap, { metadata: { name: 'b', namespace: 'default', labels: { bad: 'yes' } } }))
    assert.equal(status.message, 'admission webhook "judge.example.com" denied the request: bad label')
    assert.equal(status.code, 422)
  })

  test('fail closed where their certificate is not known', async () => {
    await client.create(ValidatingWebhookConfiguration, {
      metadata: { name: 'unknown' },
      webhooks: [
        { name: 'unknown.example.com', clientConfig: { url: `https://localhost:${port}/validate` }, rules: rules('secrets'), ...common },
      ],
    })
    const status = await refusal(
      client.create({ ...ConfigMap, kind: 'Secret', resource: 'secrets' }, { metadata: { name: 's', namespace: 'default' } }),
    )
    assert.equal(status.code, 500)
    assert.match(
      status.message,
      /failed calling webhook "unknown.example.com": failed to call webhook: Post "https:\/\/localhost:\d+\/validate\?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    )
  })
})

describe('quota of custom resources', () => {
  test('is counted once they are served, and gives back what is deleted', async () => {
    const cats = { group: 'quota.example.com', version: 'v1', kind: 'Cat', resource: 'cats', namespaced: true }
    const name = `count/${cats.resource}.${cats.group}`
    await client.create(ResourceQuota, { metadata: { name: 'cats', namespace: 'default' }, spec: { hard: { [name]: '1' } } })
    await client.create(CustomResourceDefinition, {
      metadata: { name: 'cats.quota.example.com' },
      spec: {
        group: cats.group,
        scope: 'Namespaced',
        names: { plural: 'cats', kind: 'Cat' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    })
    const used = async () => (await client.get(ResourceQuota, { namespace: 'default', name: 'cats' })).status?.used?.[name]
    await until('counted', async () => (await used()) === '0')
    await client.create(cats, { metadata: { name: 'tom', namespace: 'default' } })
    const status = await refusal(client.create(cats, { metadata: { name: 'kit', namespace: 'default' } }))
    assert.equal(
      status.message,
      `cats.quota.example.com "kit" is forbidden: exceeded quota: cats, requested: ${name}=1, used: ${name}=1, limited: ${name}=1`,
    )
    await client.delete(cats, { namespace: 'default', name: 'tom' })
    await until('given back', async () => (await used()) === '0')
  })
})
