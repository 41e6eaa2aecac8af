import { describe, expect, test } from '@jest/globals'
import { formatTime } from '@kubetape/apimachinery'
import { kubeTimeMs } from './kube-time.ts'

describe('kubeTimeMs()', () => {
  test('reads times with and without fractions', () => {
    expect(kubeTimeMs(formatTime(1_700_000_000_000))).toBe(1_700_000_000_000)
    expect(kubeTimeMs('2024-01-01T00:00:00.250Z')).toBe(Date.UTC(2024, 0, 1) + 250)
  })

  test.each([undefined, null, '', 'soon'])('has no answer for %p', (time) => {
    expect(kubeTimeMs(time)).toBeUndefined()
  })
})
