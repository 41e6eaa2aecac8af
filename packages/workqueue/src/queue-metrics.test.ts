import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { DelayingQueue } from './delaying-queue.ts'
import type { QueueMetricsProvider, QueueMetricSpec } from './queue-metrics.ts'

/** Keeps what was recorded, by metric and label `name`. */
class RecordingProvider implements QueueMetricsProvider {
  counts: Record<string, number> = {}
  readers: Record<string, () => number> = {}
  observed: Record<string, number[]> = {}

  counter(spec: QueueMetricSpec) {
    return {
      with: (labels: Record<string, string>) => ({
        inc: (by = 1) => {
          const key = `${spec.name}/${labels['name']}`
          this.counts[key] = (this.counts[key] ?? 0) + by
        },
      }),
    }
  }

  gauge(spec: QueueMetricSpec) {
    return {
      read: (labels: Record<string, string>, read: () => number) => {
        this.readers[`${spec.name}/${labels['name']}`] = read
      },
    }
  }

  histogram(spec: QueueMetricSpec) {
    return {
      with: (labels: Record<string, string>) => ({
        observe: (value: number) => {
          ;(this.observed[`${spec.name}/${labels['name']}`] ??= []).push(value)
        },
      }),
    }
  }

  gauges(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.readers).map(([key, read]) => [key, read()]))
  }
}

describe('metrics', () => {
  test('count adds, depth and durations under upstream names', async () => {
    const clock = new VirtualClock()
    const metrics = new RecordingProvider()
    const queue = new DelayingQueue<string>({ clock, name: 'job', metrics })
    queue.add('a')
    queue.add('a')
    await clock.advance(2000)
    queue.add('b')
    await queue.get()
    await clock.advance(500)
    await queue.get()
    queue.add('a')
    await clock.advance(1000)
    expect(metrics.gauges()).toEqual({
      'workqueue_depth/job': 1,
      'workqueue_unfinished_work_seconds/job': 2.5,
      'workqueue_longest_running_processor_seconds/job': 1.5,
    })
    queue.done('a')
    queue.done('b')
    expect(metrics.counts).toEqual({ 'workqueue_adds_total/job': 3 })
    expect(metrics.observed).toEqual({
      'workqueue_queue_duration_seconds/job': [2, 0.5],
      'workqueue_work_duration_seconds/job': [1.5, 1],
    })
    expect(metrics.gauges()).toMatchObject({
      'workqueue_unfinished_work_seconds/job': 0,
      'workqueue_longest_running_processor_seconds/job': 0,
    })
  })

  test('count an add that asks for a delay as a retry, and as an add when it is due', async () => {
    const clock = new VirtualClock()
    const metrics = new RecordingProvider()
    const queue = new DelayingQueue<string>({ clock, name: 'job', metrics })
    queue.addAfter('a', 10)
    queue.addAfter('b', 0)
    await clock.advance(10)
    expect(metrics.counts).toEqual({ 'workqueue_retries_total/job': 2, 'workqueue_adds_total/job': 2 })
  })

  test('are left out when the queue has no name', () => {
    const metrics = new RecordingProvider()
    new DelayingQueue<string>({ clock: new VirtualClock(), metrics }).add('a')
    expect([metrics.counts, metrics.readers]).toEqual([{}, {}])
  })

  test('have the labels that the queue was made with', () => {
    const seen: unknown[] = []
    const keep = (spec: QueueMetricSpec) => ({
      with: (labels: Record<string, string>) => {
        seen.push([spec.labelNames, labels])
        return { inc: () => undefined, observe: () => undefined }
      },
      read: (labels: Record<string, string>) => void seen.push([spec.labelNames, labels]),
    })
    new DelayingQueue({
      clock: new VirtualClock(),
      name: 'job',
      labels: { controller: 'job' },
      metrics: { counter: keep, gauge: keep, histogram: keep },
    })
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([['name', 'controller'], { name: 'job', controller: 'job' }])]),
    )
  })
})
