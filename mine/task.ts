import { ConfigMap, Job } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { controllerFor } from '@kubetape/runtime'

export const tasks = controllerFor(ConfigMap)
  .named('task')
  .owns(Job)
  .reconcile(async ({ namespace, name }, { client, lister, event }) => {
    const task = lister(ConfigMap).get(namespace, name)
    if (task?.metadata.labels?.['task'] !== 'true' || lister(Job).get(namespace, name) !== undefined) return
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: task.metadata.uid!, controller: true }
    const containers = [{ name: 'task', image: 'busybox:1.36', command: ['sh', '-c', task.data?.['command'] ?? 'true'] }]
    await client.create(Job, {
      metadata: { name, namespace, ownerReferences: [owner] },
      spec: { template: { spec: { restartPolicy: 'Never', containers } } },
    })
    event(task, 'Normal', 'Started', `Started job ${name}`)
  })

if (import.meta.main) {
  const plane = await ControlPlane.start({ data: './mine/data', port: 0, nodes: 1, add: [tasks] })
  console.log(`${plane.url}\nexport KUBECONFIG=${plane.access.kubeconfig}`)
  process.once('SIGINT', () => void plane.stop())
}
