import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { createJournal } from '@kubetape/journal'
import { objectAt, replay } from '@kubetape/replay'
import { type Controller, controllerFor, inCluster, Manager } from '@kubetape/runtime'
import { TestCluster } from './test-cluster.ts'

const East = inCluster('east', ConfigMap)
const NAME = { namespace: 'default', name: 'one' }

/** Writes to the own cluster what the other one has. */
const mirror = (suffix = ''): Controller =>
  controllerFor(East)
    .named('mirror')
    .reconcile(async ({ namespace, name }, { apply, lister }) => {
      const theirs = lister(East).get(namespace, name)
      if (name !== 'one' || theirs === undefined) return
      await apply(ConfigMap, { metadata: { namespace, name }, data: { copy: `${theirs.data?.['text'] ?? ''}${suffix}` } })
    })

describe('TestCluster with other clusters', () => {
  test('records both in one order, and finds a decision that changed', async () => {
    await using cluster = await TestCluster.start({ controllers: [mirror()], clusters: ['east'] })
    await cluster.create(East, { metadata: NAME, data: { text: 'hello' } })
    await cluster.settle()
    expect((await cluster.within(cluster.client().get(ConfigMap, NAME))).data).toEqual({ copy: 'hello' })
    await cluster.expectReplaysSame()
    const verdicts = []
    for await (const { verdict } of replay(cluster.tape, { controllers: [mirror('!')] })) verdicts.push(verdict)
    expect(verdicts).toContain('diverged')
    const at = { group: '', resource: 'configmaps@east', ...NAME }
    expect(objectAt(cluster.tape, at, cluster.tape.head())).toMatchObject({ data: { text: 'hello' } })
  })

  test('shows controllers the past of another cluster, and refuses requests to it, by its name', async () => {
    await using cluster = await TestCluster.start({ controllers: [mirror()], clusters: ['east'] })
    const stale = cluster.faults.staleState(East)
    await cluster.create(East, { metadata: NAME, data: { text: 'hello' } })
    await cluster.settle()
    await expect(cluster.within(cluster.client().get(ConfigMap, NAME))).rejects.toMatchObject({ status: { reason: 'NotFound' } })
    stale.end()
    await cluster.settle()
    expect((await cluster.within(cluster.client().get(ConfigMap, NAME))).data).toEqual({ copy: 'hello' })
    expect(() => cluster.cluster('west')).toThrow('Cannot find cluster "west": the test has east')
  })
})

describe('replay()', () => {
  test("skips runs on a control plane's tape that read another cluster, and says why", async () => {
    await using cluster = await TestCluster.start({ clusters: ['east'] })
    const manager = new Manager({
      client: cluster.plane.client('mirror'),
      clusters: { east: cluster.cluster('east').client('mirror') },
      gates: cluster.plane.gates,
      clock: cluster.clock,
      journal: createJournal(cluster.log),
    }).add(mirror())
    await cluster.within(manager.start())
    await cluster.create(East, { metadata: NAME, data: { text: 'hello' } })
    await cluster.settle()
    await cluster.within(manager.stop())
    const reasons = new Set<string>()
    for await (const verdict of replay(cluster.log, { controllers: [mirror()] }))
      if (verdict.run.controller === 'mirror') reasons.add(verdict.verdict === 'skipped' ? verdict.why : verdict.verdict)
    expect([...reasons]).toEqual(['it read configmaps of cluster "east", of which this tape has no copy: record both on one'])
  })
})
