import { expect, test } from '@jest/globals'
import { ConfigMap, CustomResourceDefinition } from '@kubetape/api/kinds'
import type { Client } from '@kubetape/client'
import { sleep, systemClock } from '@kubetape/determinism'
import { controllerFor, type Kind, KindNotServed, Manager, resolveKind } from '@kubetape/runtime'
import { ControlPlane } from './control-plane.ts'

/** A definition is served a moment after it was created. */
async function served(client: Client): Promise<Kind> {
  for (;;) {
    try {
      return await resolveKind(client, 'example.com/v1', 'Widget')
    } catch (error) {
      if (!(error instanceof KindNotServed)) throw error
      await sleep(systemClock(), 5)
    }
  }
}

test('a controller works on a kind that discovery named, of a definition that came after the program', async () => {
  const plane = await ControlPlane.start({ controllers: [] })
  const client = plane.client()
  await expect(resolveKind(client, 'example.com/v1', 'Widget')).rejects.toThrow(KindNotServed)
  const schema = { openAPIV3Schema: { type: 'object' as const, 'x-kubernetes-preserve-unknown-fields': true } }
  await client.create(CustomResourceDefinition, {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const Widget = await served(client)
  expect(Widget).toEqual({ group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true })
  const copied = Promise.withResolvers<void>()
  const copying = controllerFor(Widget).reconcile(async ({ namespace, name }, context) => {
    const data = context.lister(Widget).get(namespace, name)?.['data'] as Record<string, string>
    await context.client.create(ConfigMap, { metadata: { namespace, name }, data })
    copied.resolve()
  })
  const manager = new Manager({ client, gates: plane.gates }).add(copying)
  await manager.start()
  await client.create(Widget, { metadata: { namespace: 'default', name: 'one' }, data: { a: 'b' } })
  await copied.promise
  expect((await client.get(ConfigMap, { namespace: 'default', name: 'one' })).data).toEqual({ a: 'b' })
  await manager.stop()
  await plane.stop()
})
