import type { ProjectNames } from './project-names.ts'

/** A line of a project's file. */
const imported = (names: string, from: string): string => `import { ${names} } from '${from}'`

/** The controller: what its author changes first. */
export const controllerFile = ({
  name,
  kind,
  singular,
  variable,
}: ProjectNames): string => `${imported('formatTime, setCondition', '@kubetape/apimachinery')}
${imported('ConfigMap', '@kubetape/api/kinds')}
${imported('controllerFor, controllerReference', '@kubetape/runtime')}
import { ${kind} } from './${singular}.ts'

/** Keeps a ConfigMap with a greeting beside each ${kind}, and says in its status that it did. */
export const controller = controllerFor(${kind})
  .named('${name}')
  .owns(ConfigMap)
  .reconcile(async ({ namespace, name }, { apply, lister, event, nowMs, patch }) => {
    const ${variable} = lister(${kind}).get(namespace, name)
    // What it owns goes with it: garbage collection sees to that.
    if (${variable} === undefined || ${variable}.metadata.deletionTimestamp !== undefined) return

    const target = { namespace, name: \`${singular}-\${name}\` }
    const greeting = \`Hello, \${${variable}.spec.who ?? 'world'}!\`
    if (lister(ConfigMap).get(namespace, target.name)?.data?.['greeting'] !== greeting) {
      const ownerReferences = [controllerReference(${kind}, ${variable})]
      await apply(ConfigMap, { metadata: { ...target, ownerReferences }, data: { greeting } })
      event(${variable}, 'Normal', 'Greeted', greeting)
    }

    const { generation = 1 } = ${variable}.metadata
    const ready = { type: 'Ready', status: 'True', reason: 'Greeted', message: greeting, observedGeneration: generation } as const
    const conditions = [...setCondition(${variable}.status?.conditions, { ...ready, lastTransitionTime: formatTime(nowMs()) }, nowMs())]
    const after = { ...${variable}, status: { observedGeneration: generation, conditions } }
    await patch(${kind}, ${variable}, after, { subresource: 'status' })
  })
`

/** A test of its whole life, on a cluster in memory and virtual time. */
export const testFile = ({ kind, singular }: ProjectNames): string => `import assert from 'node:assert/strict'
${imported('test', 'node:test')}
${imported('ConfigMap', '@kubetape/api/kinds')}
${imported('TestCluster', '@kubetape/testing')}
${imported('controller', './controller.ts')}
import { ${kind} } from './${singular}.ts'

const one = { namespace: 'default', name: 'one' }
const greetingOfOne = { namespace: 'default', name: '${singular}-one' }

test('each ${kind} has its greeting, and one that is deleted leaves nothing', async () => {
  await using cluster = await TestCluster.start({ controllers: [controller], crds: ['crd.yaml'] })
  const client = cluster.client()
  const greeting = async () => (await cluster.within(client.get(ConfigMap, greetingOfOne))).data?.['greeting']

  await cluster.create(${kind}, { metadata: one, spec: { who: 'you' } })
  await cluster.settle()
  assert.equal(await greeting(), 'Hello, you!')
  const { status } = await cluster.within(client.get(${kind}, one))
  assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')

  await cluster.within(client.patch(${kind}, one, { type: 'merge', body: { spec: { who: 'all' } } }))
  await cluster.settle()
  assert.equal(await greeting(), 'Hello, all!')

  await cluster.within(client.delete(${kind}, one))
  await cluster.settle()
  await assert.rejects(greeting(), /not found/)
  await cluster.expectReplaysSame()
})
`
