// A custom controller's whole life in the test kit: a cluster in memory, a definition, an object created, settled, deleted, replayed; milliseconds.
// [--runs 40]
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor, controllerReference } from '@kubetape/runtime'
import { TestCluster } from '@kubetape/testing'
import { flagsOf } from './_arguments.mjs'
import { median } from './_figures.mjs'

const flags = flagsOf({ runs: 40 })
const Widget = { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true }
const AT = { namespace: 'default', name: 'one' }
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } },
              status: { type: 'object', properties: { ready: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
}

const widgets = controllerFor(Widget)
  .named('widgets')
  .owns(ConfigMap)
  .reconcile(async ({ namespace, name }, { client, lister }) => {
    const widget = lister(Widget).get(namespace, name)
    if (widget === undefined || widget.metadata.deletionTimestamp !== undefined) return
    const metadata = { name, namespace, ownerReferences: [controllerReference(Widget, widget)] }
    if (lister(ConfigMap).get(namespace, name) === undefined)
      await client.create(ConfigMap, { metadata, data: { size: String(widget.spec.size) } })
    if (widget.status?.ready !== true)
      await client.patch(Widget, { namespace, name }, { type: 'merge', body: { status: { ready: true } } }, { subresource: 'status' })
  })

const steps = new Map()
/** Measures one step of a life. */
async function step(name, work) {
  const started = performance.now()
  const result = await work()
  if (!steps.has(name)) steps.set(name, [])
  steps.get(name).push(performance.now() - started)
  return result
}

async function life() {
  const cluster = await step('start, with the definition', () => TestCluster.start({ controllers: [widgets], crds: [CRD] }))
  await step('create', () => cluster.create(Widget, { metadata: AT, spec: { size: 3 } }))
  await step('settle', () => cluster.settle())
  const { status } = await cluster.within(cluster.client().get(Widget, AT))
  if (status?.ready !== true) throw new Error('Cannot count this run: the controller did nothing')
  await step('delete', () => cluster.within(cluster.client().delete(Widget, AT)))
  await step('settle again', () => cluster.settle())
  const { items } = await cluster.within(cluster.client().list(ConfigMap, { namespace: 'default' }))
  if (items.some(({ metadata }) => metadata.name === 'one')) throw new Error('Cannot count this run: what it owned is still there')
  await step('replays the same', () => cluster.expectReplaysSame())
  await step('stop', () => cluster.stop())
}

const cpu = () => Object.values(process.cpuUsage()).reduce((sum, one) => sum + one, 0) / 1000
const cpuMs = []
for (let run = 0; run < flags.runs; run++) {
  const before = cpu()
  await step('whole life', life)
  cpuMs.push(cpu() - before)
}
for (const [name, values] of [...steps, ['whole life, processor time', cpuMs]]) {
  const [first, ...rest] = values
  console.log(
    `${name.padEnd(28)} ${median(rest).toFixed(1).padStart(7)} ms (${Math.min(...rest).toFixed(1)}-${Math.max(...rest).toFixed(1)}), first ${first.toFixed(1)}`,
  )
}
process.exit(0)
