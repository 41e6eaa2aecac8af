import { describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { conflict, notFound } from '@kubetape/apimachinery'
import { runControllers } from '../garbage-collector/testing/running-controllers.ts'
import { claimBinderController } from './claim-binder-controller.ts'
import { RESYNC_MS, syncOnce, syncRateLimiter } from './sync-pace.ts'

const resource = { group: '', resource: 'persistentvolumes' }

describe('syncOnce()', () => {
  test('asks to be called again when somebody was faster, and not when the object is gone', async () => {
    await expect(syncOnce(() => Promise.resolve())).resolves.toBeUndefined()
    await expect(syncOnce(() => Promise.reject(conflict(resource, 'pv', 'changed')))).resolves.toEqual({ requeue: true })
    await expect(syncOnce(() => Promise.reject(notFound(resource, 'pv')))).resolves.toBeUndefined()
    await expect(syncOnce(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})

describe('syncRateLimiter()', () => {
  test('waits longer each time, never longer than to the resync', () => {
    const limiter = syncRateLimiter()
    const waits = Array.from({ length: 12 }, () => limiter.when('a'))
    expect(waits.slice(0, 3)).toEqual([20, 40, 80])
    expect(waits.at(-1)).toBe(RESYNC_MS)
  })
})

describe('claimBinderController()', () => {
  test('asks less and less often while an informer shows a volume that has changed since', async () => {
    const claim: PersistentVolumeClaim = {
      metadata: { namespace: 'ns', name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Pending' },
    }
    const volume: PersistentVolume = {
      metadata: { name: 'pv' },
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/x' } },
      status: { phase: 'Available' },
    }
    let refused = 0
    const { clock, manager } = await runControllers([claimBinderController({ plugins: [] })], async (cluster) => {
      await cluster.create(ClaimKind, claim)
      await cluster.create(VolumeKind, volume)
      cluster.update = () => {
        refused++
        return Promise.reject(conflict(resource, 'pv', 'changed'))
      }
    })
    await clock.advance(10_000)
    await manager.stop()
    expect(refused).toBeGreaterThan(3)
    expect(refused).toBeLessThan(12)
  })
})
