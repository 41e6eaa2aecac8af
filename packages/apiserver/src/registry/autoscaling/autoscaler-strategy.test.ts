import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../../testing/test-server.ts'
import { toAutoscalerV1, toAutoscalerV2 } from './autoscaler-conversion.ts'

const V1 = 'autoscaling/v1/horizontalpodautoscalers'
const V2 = 'autoscaling/v2/horizontalpodautoscalers'
const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }
const METRICS = [
  { type: 'Pods', pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: '1' } } },
  {
    type: 'Object',
    object: { metric: { name: 'y' }, describedObject: { kind: 'Service', name: 's' }, target: { type: 'Value', value: '100m' } },
  },
  { type: 'External', external: { metric: { name: 'z', selector: { matchLabels: { a: 'b' } } }, target: { type: 'Value', value: '2' } } },
  {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 50 } },
  },
]

describe('toAutoscalerV1()', () => {
  test('says in annotations what v1 has no field for, and toAutoscalerV2() reads it back', () => {
    const behavior = { scaleDown: { selectPolicy: 'Disabled', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } }
    const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }
    const object = {
      apiVersion: 'autoscaling/v2',
      metadata: { name: 'h', annotations: { own: 'x' } },
      spec: { ...spec, metrics: [cpu, ...METRICS], behavior },
      status: { desiredReplicas: 1, conditions: [{ type: 'AbleToScale', status: 'True' }] },
    } as unknown as KubeObject
    const old = toAutoscalerV1(object)
    expect(old['spec']).toEqual({ ...spec, targetCPUUtilizationPercentage: 70 })
    expect(Object.keys(old.metadata!.annotations!)).toEqual([
      'autoscaling.alpha.kubernetes.io/behavior',
      'autoscaling.alpha.kubernetes.io/conditions',
      'autoscaling.alpha.kubernetes.io/metrics',
      'own',
    ])
    expect(toAutoscalerV2(old)).toEqual(object)
  })
})

describe('autoscalerStrategy', () => {
  test('shows one object in both versions, with the defaults of the version that made it', async () => {
    const server = await TestServer.start()
    await server.create(V1, { metadata: { name: 'h' }, spec })
    expect((await server.get(`${V2}/h`)).body['spec']).toMatchObject({
      minReplicas: 1,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    })
    await server.patch(`${V2}/h`, 'merge', { spec: { metrics: METRICS } })
    const { body } = await server.get(`${V1}/h`)
    expect(body['spec']).not.toHaveProperty('targetCPUUtilizationPercentage')
    expect(body['status']).toEqual({ currentReplicas: 0, desiredReplicas: 0 })
  })

  test('fills in the behavior that is only begun', async () => {
    const server = await TestServer.start()
    await server.create(V2, { metadata: { name: 'h' }, spec: { ...spec, behavior: { scaleDown: { selectPolicy: 'Min' } } } })
    const { behavior } = (await server.get(`${V2}/h`)).body['spec'] as { behavior: { scaleUp: object; scaleDown: object } }
    expect(behavior.scaleUp).toMatchObject({ stabilizationWindowSeconds: 0, selectPolicy: 'Max' })
    expect(behavior.scaleDown).toEqual({ selectPolicy: 'Min', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })
  })

  test.each([
    [{ maxReplicas: 0 }, 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
    [{ minReplicas: 0, metrics: METRICS }, 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
    [{ metrics: [{ type: 'Pods' }] }, 'spec.metrics[0].pods: Required value: must populate information for the given metric source'],
    [{ behavior: { scaleUp: { policies: [] } } }, 'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy'],
    [
      { behavior: { scaleDown: { stabilizationWindowSeconds: 3601 } } },
      'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
    ],
  ])('refuses %j', async (change, message) => {
    const server = await TestServer.start()
    const answer = await server.create(V2, { metadata: { name: 'h' }, spec: { ...spec, ...change } })
    expect([answer.code, answer.body.message]).toEqual([422, expect.stringContaining(message)])
  })
})
