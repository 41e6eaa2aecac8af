import { afterEach, describe, expect, test } from '@jest/globals'
import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as Kind } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { certificateCleanerController } from './certificate-cleaner-controller.ts'
import { deletionTimeOf } from './plan.ts'

const HOUR_MS = 3_600_000
const AT = '2024-01-01T00:00:00Z'
const request = (types: string[], certificate?: string, time = AT): CertificateSigningRequest => ({
  metadata: { name: 'r', creationTimestamp: time },
  spec: { request: '', signerName: 'a.example.com/b', usages: [] },
  status: {
    conditions: types.map((type) => ({ type, status: 'True', lastUpdateTime: time })),
    ...(certificate === undefined ? {} : { certificate }),
  },
})

describe('deletionTimeOf()', () => {
  test.each([
    ['pending', request([]), 24],
    ['approved and issued', request(['Approved'], 'YQ=='), 1],
    ['approved and waiting', request(['Approved']), undefined],
    ['denied', request(['Denied']), 1],
    ['failed', request(['Approved', 'Failed']), 1],
    ['of a condition that says nothing', request(['Other']), undefined],
  ])('of one that is %s is so many hours later', (_, one, hours) => {
    expect(deletionTimeOf(one)).toBe(hours === undefined ? undefined : Date.parse(AT) + hours * HOUR_MS)
  })
})

describe('certificateCleanerController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('deletes a request when its time has come', async () => {
    running = await runControllers([certificateCleanerController()])
    const { cluster, clock } = running
    await cluster.create(Kind, request(['Denied'], undefined, new Date(clock.wallMs()).toISOString()))
    await clock.advance(HOUR_MS - 1000)
    expect(await cluster.get(Kind, { name: 'r' })).toBeDefined()
    await clock.advance(1001)
    await clock.advance(1)
    await expect(cluster.get(Kind, { name: 'r' })).rejects.toThrow('not found')
  })
})
