import type { Job } from '@kubetape/api/types/batch/v1'
import { jobStrategy } from '../job-strategy.ts'
import { StrategyRunner } from '../../testing/strategy-runner.ts'

/** The smallest Job, named demo, with these fields of its spec; parts may be malformed on purpose. */
export function jobBody(spec: object = {}): Job {
  return {
    metadata: { name: 'demo' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'app:1' }] } }, ...spec },
  }
}

/** Runs the strategy of Jobs under v1.31's gates with these changes. */
export function jobRunner(gates: Readonly<Record<string, boolean>> = {}): StrategyRunner<Job> {
  return new StrategyRunner<Job>({ group: 'batch', version: 'v1', kind: 'Job' }, jobStrategy, { gates })
}
