import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../../testing/test-server.ts'
import { toAutoscalerV1, toAutoscalerV2 } from './autoscaler-conversion.ts'
import { metricsCell } from './autoscaler-table.ts'

const scaleTargetRef = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }

describe('an autoscaler', () => {
  test('of autoscaling/v1 is the same object in autoscaling/v2', async () => {
    const server = await TestServer.start()
    const spec = { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 70 }
    const made = await server.create('autoscaling/v1/horizontalpodautoscalers', { metadata: { name: 'h' }, spec })
    expect(made.body).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { ...spec, minReplicas: 1 } })
    const read = await server.get('autoscaling/v2/horizontalpodautoscalers/h')
    expect(read.body).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 5, metrics: [cpu] },
    })
  })

  test('that says nothing goes by 80 percent of the processors', async () => {
    const server = await TestServer.start()
    const spec = { scaleTargetRef, maxReplicas: 5 }
    await server.create('autoscaling/v2/horizontalpodautoscalers', { metadata: { name: 'h' }, spec })
    await server.create('autoscaling/v1/horizontalpodautoscalers', { metadata: { name: 'i' }, spec })
    for (const name of ['h', 'i']) {
      const { body } = await server.get(`autoscaling/v1/horizontalpodautoscalers/${name}`)
      expect(body['spec']).toMatchObject({ targetCPUUtilizationPercentage: 80, minReplicas: 1 })
    }
  })

  test('applied in one version yields to updates in the other', async () => {
    const server = await TestServer.start()
    const metadata = { name: 'h' }
    const applied = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { scaleTargetRef, maxReplicas: 5, metrics: [cpu] },
    }
    await server.patch('autoscaling/v2/horizontalpodautoscalers/h', 'apply', applied, { fieldManager: 'me' })
    const { body } = await server.patch(
      'autoscaling/v1/horizontalpodautoscalers/h',
      'merge',
      { spec: { maxReplicas: 6 } },
      { fieldManager: 'you' },
    )
    expect(body.metadata!.managedFields!.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1])).toEqual([
      ['me', 'autoscaling/v2', { 'f:spec': { 'f:metrics': {}, 'f:scaleTargetRef': { 'f:apiVersion': {}, 'f:kind': {}, 'f:name': {} } } }],
      ['you', 'autoscaling/v1', { 'f:spec': { 'f:maxReplicas': {} } }],
    ])
    const back = await server.patch('autoscaling/v2/horizontalpodautoscalers/h', 'apply', applied, { fieldManager: 'me' })
    expect(back.body.message).toBe('Apply failed with 1 conflict: conflict with "you" using autoscaling/v1: .spec.maxReplicas')
  })
})

describe('toAutoscalerV1() and toAutoscalerV2()', () => {
  test('lose nothing between them', () => {
    const metric = { name: 'm', selector: { matchLabels: { a: 'b' } } }
    const metrics = [
      cpu,
      { type: 'Object', object: { describedObject: scaleTargetRef, metric, target: { type: 'Value', value: '5' } } },
      { type: 'Pods', pods: { metric: { name: 'p' }, target: { type: 'AverageValue', averageValue: '7' } } },
      { type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '3' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 9 } },
      },
    ]
    const object = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h', annotations: { own: 'x' } },
      spec: { scaleTargetRef, maxReplicas: 3, metrics, behavior: { scaleDown: { stabilizationWindowSeconds: 3 } } },
      status: {
        desiredReplicas: 1,
        currentReplicas: 1,
        currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '1' } } }],
        conditions: [{ type: 'AbleToScale', status: 'True' }],
      },
    } as unknown as KubeObject
    const older = toAutoscalerV1(object)
    expect(older).toMatchObject({ spec: { targetCPUUtilizationPercentage: 70 }, status: { currentCPUUtilizationPercentage: 40 } })
    expect(toAutoscalerV2(older)).toEqual(object)
  })

  test('drops annotations that cannot be read', () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{', 'autoscaling.alpha.kubernetes.io/behavior': '[' }
    const object = {
      apiVersion: 'autoscaling/v1',
      metadata: { annotations },
      spec: { scaleTargetRef, maxReplicas: 1 },
    } as unknown as KubeObject
    expect(toAutoscalerV2(object)).toEqual({ apiVersion: 'autoscaling/v2', metadata: {}, spec: { scaleTargetRef, maxReplicas: 1 } })
  })
})

test('metricsCell() shows two metrics and counts the others', () => {
  const pods = { type: 'Pods', pods: { metric: { name: 'p' }, target: { type: 'AverageValue', averageValue: '7' } } }
  const current = [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40 } } }]
  expect(metricsCell([], [])).toBe('<none>')
  expect(metricsCell([cpu, pods], current)).toBe('cpu: 40%/70%, <unknown>/7')
  expect(metricsCell([cpu, pods, pods], [])).toBe('cpu: <unknown>/70%, <unknown>/7 + 1 more...')
})
