import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  ConfigMap,
  CustomResourceDefinition,
  EndpointSlice,
  MutatingWebhookConfiguration,
  Service,
  ValidatingWebhookConfiguration,
} from '@kubetape/api/kinds'
import type { CustomResourceDefinition as Definition, JSONSchemaProps } from '@kubetape/api/types/apiextensions/v1'
import type { Kind, KubeObject, ObjectMeta } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { MetricsRegistry } from '@kubetape/component-base'
import { conversionWebhook, denied, mutatingWebhook, registerWebhooks, validatingWebhook, runMetrics } from '@kubetape/runtime'
import { ControlPlane } from './control-plane.ts'
import { webhookBench } from './testing/webhook-bench.ts'

interface Widget extends KubeObject {
  metadata: ObjectMeta
  spec: { size?: number; width?: string }
}
const names = { group: 'example.com', kind: 'Widget', resource: 'widgets', namespaced: true }
const Widget: Kind<Widget> = { ...names, version: 'v2' }
const OldWidget: Kind<Widget> = { ...names, version: 'v1' }

const bench = webhookBench()
const first = () => bench.certificates[0]!
const second = () => bench.certificates[1]!

describe('webhooks of a Manager, asked by the API server', () => {
  let plane: ControlPlane
  let client: Client
  beforeAll(async () => {
    plane = await ControlPlane.start({ controllers: [] })
    client = plane.client()
  })
  afterAll(() => plane.stop())

  const configMap = (name: string, data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  })

  test('refuse, change and warn', async () => {
    bench.place(first(), 'a')
    const { manager, url } = await bench.serve(client, [
      validatingWebhook(ConfigMap, {
        create: ({ data }, { warn }) => {
          warn('ConfigMaps are out of fashion')
          return data?.['bad'] === undefined ? undefined : 'data.bad is not wanted'
        },
        update: (now, old) => {
          if (now.data?.['size'] !== old.data?.['size']) throw denied('data.size is for ever', { code: 422, reason: 'Invalid' })
        },
        delete: ({ metadata }) => (metadata.labels?.['keep'] ? 'it is to be kept' : undefined),
      }),
      mutatingWebhook(ConfigMap, (one) => void (one.data = { size: '1', ...one.data })),
    ])
    expect(manager.ready).toBe(true)
    await registerWebhooks(client, manager.webhooks, { name: 'maps', url, caBundle: first().ca })
    await registerWebhooks(client, manager.webhooks, { name: 'maps', url, caBundle: first().ca })

    const warnings: string[] = []
    const made = await client.create(ConfigMap, configMap('one', { a: 'b' }), { onWarning: (text) => void warnings.push(text) })
    expect([made.data, warnings]).toEqual([{ size: '1', a: 'b' }, ['ConfigMaps are out of fashion']])
    const refusal = 'admission webhook "validate.v1.configmaps.core" denied the request: '
    await expect(client.create(ConfigMap, configMap('two', { bad: 'x' }))).rejects.toMatchObject({
      message: `${refusal}data.bad is not wanted`,
      httpCode: 403,
    })
    await expect(client.update(ConfigMap, configMap('one', { size: '2' }))).rejects.toMatchObject({
      message: `${refusal}data.size is for ever`,
      httpCode: 422,
      reason: 'Invalid',
    })
    await client.patch(ConfigMap, { namespace: 'default', name: 'one' }, { type: 'merge', body: { metadata: { labels: { keep: 'yes' } } } })
    await expect(client.delete(ConfigMap, { namespace: 'default', name: 'one' })).rejects.toThrow(`${refusal}it is to be kept`)
    await client.delete(ValidatingWebhookConfiguration, { name: 'maps' })
    await client.delete(MutatingWebhookConfiguration, { name: 'maps' })
    await client.delete(ConfigMap, { namespace: 'default', name: 'one' })
  })

  test('are asked behind a Service, under a certificate that is replaced while they run, and are measured', async () => {
    bench.place(first(), 'a')
    const registry = new MetricsRegistry()
    const { manager, webhookServer } = await bench.serve(
      client,
      [validatingWebhook(ConfigMap, { create: () => 'never' }, { path: '/never' })],
      { metrics: runMetrics(registry), reloadMs: 20 },
    )
    const service = { namespace: 'default', name: 'hooks' }
    await publish(client, service, webhookServer.port)
    await registerWebhooks(client, manager.webhooks, { name: 'never', service, caBundle: first().ca })
    const denial = 'admission webhook "validate.v1.configmaps.core" denied the request: never'
    await expect(client.create(ConfigMap, configMap('one', {}))).rejects.toThrow(denial)
    bench.place(second(), 'b')
    await registerWebhooks(client, manager.webhooks, { name: 'never', service, caBundle: second().ca })
    const seen = new Set<string>()
    while (!seen.has(denial)) seen.add(await messageOf(client.create(ConfigMap, configMap('one', {}))))
    expect([...seen].filter((message) => message !== denial && !message.includes('tls: failed to verify certificate'))).toEqual([])
    const text = await registry.text()
    expect(text).toContain('controller_runtime_webhook_requests_total{code="200",webhook="/never"} 2\n')
    expect(text).toContain('controller_runtime_webhook_latency_seconds_count{webhook="/never"} 2\n')
    expect(text).toContain('controller_runtime_webhook_requests_in_flight{webhook="/never"} 0\n')
    expect(text).toMatch(/^certwatcher_read_certificate_total [1-9]/m)
    await client.delete(ValidatingWebhookConfiguration, { name: 'never' })
  })

  test('convert custom resources between two versions', async () => {
    bench.place(first(), 'a')
    await client.create(CustomResourceDefinition, definition())
    const { manager, url } = await bench.serve(client, [
      conversionWebhook({
        hub: Widget,
        versions: [
          {
            kind: OldWidget,
            toHub: ({ spec, ...rest }) => ({ ...rest, spec: { size: Number(spec.width) } }),
            fromHub: ({ spec, ...rest }) => {
              if (spec.size === 13) throw new Error('13 has no width')
              return { ...rest, spec: { width: String(spec.size) } }
            },
          },
        ],
      }),
    ])
    await registerWebhooks(client, manager.webhooks, { name: 'widgets', url, caBundle: first().ca })
    const metadata = { name: 'one', namespace: 'default' }
    await client.create(OldWidget, { apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec: { width: '7' } })
    expect((await client.get(Widget, metadata)).spec).toEqual({ size: 7 })
    expect((await client.get(OldWidget, metadata)).spec).toEqual({ width: '7' })
    expect((await client.list(OldWidget)).items.map(({ apiVersion, spec }) => [apiVersion, spec])).toEqual([
      ['example.com/v1', { width: '7' }],
    ])
    await client.patch(Widget, metadata, { type: 'merge', body: { spec: { size: 13 } } })
    await expect(client.get(OldWidget, metadata)).rejects.toThrow('13 has no width')
  })
})

/** An address of this machine that others may dial: upstream refuses loopback ones behind Services. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

/** A Service whose only place is a port of this machine. */
async function publish(client: Client, { namespace, name }: { namespace: string; name: string }, port: number): Promise<void> {
  await client.create(Service, { metadata: { namespace, name }, spec: { ports: [{ name: 'hook', port: 443 }] } })
  await client.create(EndpointSlice, {
    metadata: { namespace, name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'hook', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [ownAddress()], conditions: { ready: true } }],
  })
}

async function messageOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => 'it was let pass',
    (error: unknown) => (error as Error).message,
  )
}

function definition(): Definition {
  const version = (name: string, storage: boolean, properties: Record<string, JSONSchemaProps>) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object' as const, properties: { spec: { type: 'object' as const, properties } } } },
  })
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced' as const,
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [version('v1', false, { width: { type: 'string' } }), version('v2', true, { size: { type: 'integer' } })],
    },
  }
}
