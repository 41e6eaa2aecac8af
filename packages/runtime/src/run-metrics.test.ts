import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { MetricsRegistry } from '@kubetape/component-base'
import { controllerFor } from './controller.ts'
import { TerminalError } from './reconcile.ts'
import { runMetrics } from './run-metrics.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

/** The series whose names match, without buckets. */
async function series(registry: MetricsRegistry, pattern: RegExp): Promise<string[]> {
  return (await registry.text()).split('\n').filter((line) => pattern.test(line) && !line.startsWith('#') && !line.includes('_bucket'))
}

describe('runMetrics()', () => {
  test('counts runs by how they ended, under the names of controller-runtime', async () => {
    const bench = parts()
    const registry = new MetricsRegistry()
    const ends: Record<string, () => object> = {
      'a/again': () => ({ requeueAfterMs: 3_600_000 }),
      'a/bad': () => {
        throw new Error('bad')
      },
      'a/good': () => ({}),
      'a/hopeless': () => {
        throw new TerminalError('hopeless')
      },
    }
    await bench.start(
      [
        controllerFor(ConfigMap)
          .with({ concurrencyMax: 4 })
          .reconcile(({ key }) => ends[key]!()),
      ],
      { metrics: runMetrics(registry) },
    )
    for (const key of Object.keys(ends)) await bench.put(key)
    expect(await series(registry, /^controller_runtime_(?!reconcile_time_)/)).toEqual([
      'controller_runtime_active_workers{controller="configmap"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="configmap"} 4',
      'controller_runtime_reconcile_errors_total{controller="configmap"} 2',
      'controller_runtime_reconcile_panics_total{controller="configmap"} 0',
      'controller_runtime_reconcile_timeouts_total{controller="configmap"} 0',
      'controller_runtime_reconcile_total{controller="configmap",result="error"} 2',
      'controller_runtime_reconcile_total{controller="configmap",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="configmap",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="configmap",result="success"} 1',
      'controller_runtime_terminal_reconcile_errors_total{controller="configmap"} 1',
    ])
    expect(await series(registry, /^controller_runtime_reconcile_time.*count/)).toEqual([
      'controller_runtime_reconcile_time_seconds_count{controller="configmap"} 4',
    ])
    expect(await series(registry, /^workqueue_(adds|retries)/)).toEqual([
      'workqueue_adds_total{controller="configmap",name="configmap"} 4',
      'workqueue_retries_total{controller="configmap",name="configmap"} 2',
    ])
  })

  test('counts a run that its journal broke', async () => {
    const bench = parts()
    const registry = new MetricsRegistry()
    const journal = {
      begin: () => {
        throw new Error('the disk is full')
      },
      request: () => undefined,
      answer: () => undefined,
      end: () => undefined,
      durable: () => Promise.resolve(),
    }
    await bench.start([controllerFor(ConfigMap).reconcile(() => undefined)], { journal, metrics: runMetrics(registry) })
    await bench.put('a/one')
    expect(await series(registry, /panics/)).toEqual(['controller_runtime_reconcile_panics_total{controller="configmap"} 1'])
  })

  test('says who leads', async () => {
    const bench = parts()
    const registry = new MetricsRegistry()
    const manager = await bench.start([], {
      leaderElection: { id: 'app', namespace: 'ns', identity: 'me' },
      metrics: runMetrics(registry),
    })
    expect(await series(registry, /^leader_election/)).toEqual(['leader_election_master_status{name="app"} 1'])
    await manager.stop()
    expect(await series(registry, /^leader_election/)).toEqual(['leader_election_master_status{name="app"} 0'])
  })
})
