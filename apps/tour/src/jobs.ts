import type { Job } from '@kubetape/api/types/batch/v1'

/** The rules of the Kubernetes blog's example: disruptions do not count, a configuration issue or exit code 42 fails the Job at once. */
const FAILURE_POLICY: NonNullable<Job['spec']['podFailurePolicy']> = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onPodConditions: [{ type: 'ConfigIssue', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ],
}

/** A Job under these rules; `script` tells the simulated node how its Pods go. */
export function tourJob(name: string, backoffLimit: number, script: Record<string, string>): Job {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      backoffLimit,
      podFailurePolicy: FAILURE_POLICY,
      template: {
        metadata: { annotations: script },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36', command: ['work'] }] },
      },
    },
  }
}
