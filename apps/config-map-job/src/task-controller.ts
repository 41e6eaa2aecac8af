import { ConfigMap, Job } from '@kubetape/api/kinds'
import { isAlreadyExists, type OwnerReference } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'

/** ConfigMaps with this label are tasks: `data.command` is run once, as a Job. */
export const TASK_LABEL = 'example.kubetape.dev/task'
const RESULT = 'example.kubetape.dev/result'

/** Turns each task into a Job that it owns, and writes how the Job ended back onto the task. */
export function taskController(): Controller {
  return controllerFor(ConfigMap)
    .named('task')
    .owns(Job)
    .reconcile(async ({ namespace, name }, { client, lister, event, log }) => {
      const task = lister(ConfigMap).get(namespace, name)
      if (task?.metadata.labels?.[TASK_LABEL] !== 'true' || task.metadata.deletionTimestamp) return
      const job = lister(Job).get(namespace, name)
      if (job === undefined) {
        try {
          await client.create(Job, jobOf(task, { apiVersion: 'v1', kind: 'ConfigMap', name, uid: task.metadata.uid!, controller: true }))
          event(task, 'Normal', 'Started', `Started job ${name}`)
        } catch (error) {
          // Somebody else's Job has the name: it is not ours to replace.
          if (!isAlreadyExists(error)) throw error
        }
        return
      }
      const ended = job.status?.conditions?.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'))
      if (ended === undefined || task.metadata.annotations?.[RESULT] === ended.type) return
      log.info('task ended', { result: ended.type })
      await client.patch(ConfigMap, { namespace, name }, { type: 'merge', body: { metadata: { annotations: { [RESULT]: ended.type } } } })
      event(task, ended.type === 'Complete' ? 'Normal' : 'Warning', ended.type, ended.message ?? `Job ${name} ended`)
    })
}

function jobOf(task: NonNullable<typeof ConfigMap.wireType>, owner: OwnerReference): NonNullable<typeof Job.wireType> {
  const { name = '', namespace = '' } = task.metadata
  return {
    metadata: { name, namespace, ownerReferences: [owner] },
    spec: {
      backoffLimit: Number(task.data?.['retries'] ?? 0),
      template: {
        metadata: { annotations: { 'sim.kubetape.dev/exit-code': task.data?.['exitCode'] ?? '0' } },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'task', image: 'busybox:1.36', command: ['sh', '-c', task.data?.['command'] ?? 'true'] }],
        },
      },
    },
  }
}
