import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { exitCodeOf, type PodRule, type PodScript, PodScripts } from './pod-script.ts'

const pod = (
  annotations: Record<string, string> = {},
  rest: { labels?: Record<string, string>; restartPolicy?: 'Always' | 'Never' | 'OnFailure' } = {},
): Pod => ({
  metadata: { name: 'p', annotations, ...(rest.labels ? { labels: rest.labels } : {}) },
  spec: { containers: [{ name: 'a' }, { name: 'b' }], restartPolicy: rest.restartPolicy ?? 'Never' },
})

const script = (one: Pod, rules: PodRule[] = []): PodScript => new PodScripts(rules).scriptOf(one)

describe('PodScripts', () => {
  test('scriptOf() lets containers run shortly and end well by default, and run for ever when they are always restarted', () => {
    expect(script(pod())).toEqual({ startDelayMs: 20, runMs: 50, stopMs: 10, exitCode: 0, exitCodes: {}, failCondition: undefined })
    expect(script(pod({}, { restartPolicy: 'OnFailure' })).runMs).toBe(50)
    expect(script(pod({}, { restartPolicy: 'Always' })).runMs).toBeUndefined()
  })

  test('scriptOf() takes the first rule that matches, and annotations above it', () => {
    const rules: PodRule[] = [
      { match: { labels: { matchLabels: { app: 'x' } } }, runMs: 'forever', exitCode: 7, exitCodes: { b: 8 } },
      { match: { annotation: 'slow' }, startDelayMs: 900 },
      { runMs: 1 },
    ]
    expect(script(pod({ slow: '' }, { labels: { app: 'x' } }), rules)).toMatchObject({
      runMs: undefined,
      exitCode: 7,
      exitCodes: { b: 8 },
      startDelayMs: 20,
    })
    expect(script(pod({ slow: '' }), rules)).toMatchObject({ startDelayMs: 900, runMs: 50 })
    expect(script(pod(), rules)).toMatchObject({ runMs: 1 })
    expect(
      script(pod({ 'sim.kubetape.dev/run-ms': '30', 'sim.kubetape.dev/exit-code': '1' }, { labels: { app: 'x' } }), rules),
    ).toMatchObject({ runMs: 30, exitCode: 1, exitCodes: { b: 8 } })
  })

  test.each([
    { value: '42', codes: [42, 42] },
    { value: 'a=3', codes: [3, 0] },
    { value: '5, b=0', codes: [5, 0] },
    { value: 'nonsense', codes: [0, 0] },
    { value: 'a=1000,b=-1', codes: [0, 0] },
  ])('scriptOf() reads exit-code $value as $codes', ({ value, codes }) => {
    const read = script(pod({ 'sim.kubetape.dev/exit-code': value }))
    expect([exitCodeOf(read, 'a'), exitCodeOf(read, 'b')]).toEqual(codes)
  })

  test.each([
    { index: '0', code: 42 },
    { index: '1', code: 9 },
    { index: undefined, code: 3 },
  ])('scriptOf() takes the exit code of index $index', ({ index, code }) => {
    const annotations = {
      'sim.kubetape.dev/exit-code-by-index': '0=42,*=9',
      'sim.kubetape.dev/exit-code': '3',
      ...(index === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': index }),
    }
    expect(exitCodeOf(script(pod(annotations)), 'a')).toBe(code)
  })

  test('scriptOf() reads fail-condition with and without a reason, and `forever`', () => {
    expect(script(pod({ 'sim.kubetape.dev/fail-condition': 'DisruptionTarget=EvictionByEvictionAPI' })).failCondition).toEqual({
      type: 'DisruptionTarget',
      reason: 'EvictionByEvictionAPI',
    })
    expect(script(pod({ 'sim.kubetape.dev/fail-condition': 'Broken' })).failCondition).toEqual({ type: 'Broken' })
    expect(script(pod({ 'sim.kubetape.dev/run-ms': 'forever' })).runMs).toBeUndefined()
    expect(script(pod({ 'sim.kubetape.dev/run-ms': 'soon' })).runMs).toBe(50)
  })
})
