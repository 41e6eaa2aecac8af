import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { Controller } from '@kubetape/runtime'
import { certificateSigningController } from './certificate-signing/certificate-signing-controller.ts'
import { jobController } from './job/job-controller.ts'
import { jobOrphanPodController } from './job/job-orphan-pod-controller.ts'
import { namespaceController } from './namespace/namespace-controller.ts'

/** How long the first tries of a key wait. */
function delays({ options }: Controller, tries: number): number[] {
  const limiter = options.rateLimiter!({ clock: new VirtualClock() })
  return Array.from({ length: tries }, () => limiter.when('a'))
}

describe('the back-off of v1.31 that differs from the usual one', () => {
  test.each([jobController(), jobOrphanPodController()])('is 1 s to 1 min for $name', (controller) => {
    expect(delays(controller, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000))
  })

  test('is never over all Jobs together', () => {
    const limiter = jobController().options.rateLimiter!({ clock: new VirtualClock() })
    expect(new Set(Array.from({ length: 500 }, (_, job) => limiter.when(`a/job-${job}`)))).toEqual(new Set([1000]))
  })

  test('is 5 ms to 1 min for namespaces', () => {
    const found = delays(namespaceController({ resources: [] }), 16)
    expect([...found.slice(0, 3), ...found.slice(-2)]).toEqual([5, 10, 20, 60_000, 60_000])
  })

  test('is 200 ms to 1000 s for certificate signing requests', () => {
    const found = delays(certificateSigningController({ issue: () => undefined }), 15)
    expect([...found.slice(0, 3), ...found.slice(-2)]).toEqual([200, 400, 800, 1_000_000, 1_000_000])
  })
})
