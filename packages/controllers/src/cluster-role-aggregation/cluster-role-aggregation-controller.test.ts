import { afterEach, describe, expect, test } from '@jest/globals'
import type { ClusterRole } from '@kubetape/api/types/rbac/v1'
import { ClusterRole as ClusterRoleKind } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { clusterRoleAggregationController } from './cluster-role-aggregation-controller.ts'

const apples = { apiGroups: [''], resources: ['apples'], verbs: ['get'] }

describe('clusterRoleAggregationController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('writes the rules of a role that appears into the role that gathers them', async () => {
    running = await runControllers([clusterRoleAggregationController()])
    const { cluster, clock } = running
    await cluster.create<ClusterRole>(ClusterRoleKind, {
      metadata: { name: 'all' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'all' } }] },
    })
    await cluster.create<ClusterRole>(ClusterRoleKind, { metadata: { name: 'one', labels: { to: 'all' } }, rules: [apples] })
    await clock.advance(1)
    expect((await cluster.get(ClusterRoleKind, { name: 'all' })).rules).toEqual([apples])
    await cluster.create<ClusterRole>(ClusterRoleKind, { metadata: { name: 'two' }, rules: [apples] })
    await clock.advance(1)
    expect(cluster.writes.filter((write) => write.endsWith('clusterroles/all') && !write.startsWith('create'))).toHaveLength(1)
  })
})
