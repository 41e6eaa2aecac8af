import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { TestServer } from '../../testing/test-server.ts'
import { limitRanger } from './limit-ranger.ts'

async function start(...limits: object[]): Promise<TestServer> {
  const server = await TestServer.start({ plugins: (storage) => [limitRanger(storage)] })
  await server.create('limitranges', { metadata: { name: 'lr' }, spec: { limits } })
  return server
}

const pod = (resources: object = {}, spec: object = {}): object => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i', resources }], ...spec },
})

describe('limitRanger()', () => {
  test('fills in what containers do not say, and says so', async () => {
    const server = await start({ type: 'Container', default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '1' } })
    const { body } = await server.create('pods', pod({ limits: { memory: '2Gi' } }))
    const { metadata, spec } = body as unknown as Pod
    expect(spec.containers[0]!.resources).toEqual({ limits: { cpu: '2', memory: '2Gi' }, requests: { cpu: '1', memory: '2Gi' } })
    expect(metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
    })
  })

  test.each([
    [{ max: { cpu: '1' } }, { limits: { cpu: '2' } }, 'maximum cpu usage per Container is 1, but limit is 2'],
    [{ min: { cpu: '1' } }, { requests: { cpu: '500m' } }, 'minimum cpu usage per Container is 1, but request is 500m'],
    [
      { maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '1' }, limits: { cpu: '3' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [
      { maxLimitRequestRatio: { cpu: '2' } },
      {},
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
  ])('holds containers to %j', async (rule, resources, why) => {
    const server = await start({ type: 'Container', ...rule })
    expect(await server.create('pods', pod(resources))).toMatchObject({ code: 403, body: { message: `pods "p" is forbidden: ${why}` } })
  })

  test('holds a whole Pod to its limits, init containers beside sidecars', async () => {
    const server = await start({ type: 'Pod', max: { cpu: '2' } })
    const limited = (cpu: string, more: object = {}): object => ({ name: `i${cpu}`, image: 'i', resources: { limits: { cpu } }, ...more })
    const initContainers = [limited('1', { restartPolicy: 'Always' }), limited('1500m')]
    expect((await server.create('pods', pod({ limits: { cpu: '1' } }, { initContainers }))).body.message).toBe(
      'pods "p" is forbidden: maximum cpu usage per Pod is 2, but limit is 2500m',
    )
    expect((await server.create('pods', pod({}))).body.message).toContain('maximum cpu usage per Pod is 2.  No limit is specified')
  })

  test('holds claims to what they may ask for, and lets what is going go', async () => {
    const server = await start({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } })
    const claim = (storage: string): object => ({
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    })
    expect((await server.create('persistentvolumeclaims', claim('512Mi'))).body.message).toBe(
      'persistentvolumeclaims "c" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
    )
    expect((await server.create('persistentvolumeclaims', claim('5Gi'))).code).toBe(201)
    // Only bound claims grow.
    await server.patch('persistentvolumeclaims/c/status', 'merge', { status: { phase: 'Bound' } })
    expect((await server.patch('persistentvolumeclaims/c', 'merge', { spec: { resources: { requests: { storage: '6Gi' } } } })).code).toBe(
      403,
    )
  })
})
