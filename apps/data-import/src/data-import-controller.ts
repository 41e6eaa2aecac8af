import { ConfigMap, Job } from '@kubetape/api/kinds'
import { type ConditionLike, hasCondition, type Kind, type KubeObject, setCondition } from '@kubetape/apimachinery'
import { type Controller, controllerFor, controllerReference, type ReconcileContext } from '@kubetape/runtime'

export interface DataImport extends KubeObject {
  spec: { source: string; retries?: number }
  status?: { conditions?: readonly ConditionLike[] }
}

export const DataImport: Kind<DataImport> = {
  group: 'example.kubetape.dev',
  version: 'v1',
  kind: 'DataImport',
  resource: 'dataimports',
  namespaced: true,
}

type JobObject = NonNullable<typeof Job.wireType>

/** Runs each import as a Job, once for each generation of its spec. */
export const dataImports: Controller = controllerFor(DataImport)
  .named('data-import')
  .owns(ConfigMap)
  .owns(Job)
  .index(Job, 'import', ({ metadata }) => metadata.ownerReferences?.filter(({ kind }) => kind === 'DataImport').map(({ uid }) => uid) ?? [])
  .reconcile(async ({ namespace, name }, context) => {
    const { lister, client, apply, event } = context
    const wanted = lister(DataImport).get(namespace, name)
    if (wanted === undefined || wanted.metadata?.deletionTimestamp !== undefined) return
    const owner = controllerReference(DataImport, wanted)
    await apply(ConfigMap, { metadata: { namespace, name, ownerReferences: [owner] }, data: { source: wanted.spec.source } })
    const jobName = `${name}-${wanted.metadata?.generation}`
    const jobs = lister(Job).byIndex('import', owner.uid)
    let job = jobs.find(({ metadata }) => metadata.name === jobName)
    if (job === undefined) {
      job = await client.create(Job, { metadata: { namespace, name: jobName, ownerReferences: [owner] }, spec: jobSpec(wanted) })
      event(wanted, 'Normal', 'Started', `Started job ${jobName}`, { action: 'Start' })
    }
    for (const { metadata } of jobs)
      if (metadata.name !== jobName && metadata.deletionTimestamp === undefined)
        await client.delete(Job, { namespace, name: metadata.name! }, { propagationPolicy: 'Background' })
    await writeStatus(wanted, job, context)
  })

/** Says on the import what became of its Job; writes nothing where it says so already. */
async function writeStatus(wanted: DataImport, job: JobObject, { client, nowMs, event }: ReconcileContext): Promise<void> {
  const { namespace, name = '', generation } = wanted.metadata!
  const ended = ['Complete', 'Failed'].find((type) => hasCondition(job.status?.conditions, type))
  const condition: ConditionLike = {
    type: 'Complete',
    status: ended === undefined ? 'Unknown' : ended === 'Complete' ? 'True' : 'False',
    reason: ended === undefined ? 'JobRuns' : `Job${ended}`,
    message: `job ${job.metadata.name} ${ended === undefined ? 'runs' : ended === 'Complete' ? 'completed' : 'failed'}`,
    observedGeneration: generation!,
  }
  const before = wanted.status?.conditions
  const conditions = setCondition(before, condition, nowMs())
  if (conditions === before) return
  await client.patch(
    DataImport,
    { namespace: namespace!, name },
    { type: 'merge', body: { status: { conditions } } },
    { subresource: 'status' },
  )
  if (ended !== undefined)
    event(wanted, ended === 'Complete' ? 'Normal' : 'Warning', condition.reason!, condition.message!, { action: 'Finish' })
}

function jobSpec({ spec }: DataImport): NonNullable<JobObject['spec']> {
  return {
    backoffLimit: spec.retries ?? 3,
    template: {
      // A simulated node lets sources that are nowhere fail.
      metadata: { annotations: { 'sim.kubetape.dev/exit-code': spec.source.startsWith('nowhere:') ? '1' : '0' } },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'import', image: 'busybox:1.36', command: ['sh', '-c', 'wget -O- "$0"', spec.source] }],
      },
    },
  }
}
