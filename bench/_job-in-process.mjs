// A Job from creation to its end in one process, without HTTP: API server, Job controller, and a loop that plays the kubelet.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Job, Pod } from '@kubetape/api/kinds'
import { Apiserver, COMPONENT_GROUP } from '@kubetape/apiserver'
import { FeatureGateRegistry } from '@kubetape/component-base'
import { jobController } from '@kubetape/controllers'
import { systemClock, systemRandom } from '@kubetape/determinism'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { createJournal } from '@kubetape/journal'
import { Manager, noJournal } from '@kubetape/runtime'
import { Storage } from '@kubetape/storage'

const ServiceAccount = { group: '', version: 'v1', kind: 'ServiceAccount', resource: 'serviceaccounts', namespaced: true }

/** Runs an Indexed Job of `n` Pods on a new tape in `folder`. Answers seconds, bytes of the values on the tape and its path. */
export async function runJob({ folder, n, recorded }) {
  const [clock, random, path] = [systemClock({ unref: false }), systemRandom(), join(folder, 'tape.db')]
  const gates = new FeatureGateRegistry()
  const log = openSqliteLog({ path, clock, random })
  const storage = Storage.open({ log, clock })
  const journal = createJournal(log)
  const silent = () => undefined
  const actorCause = ({ user, userAgent, verb }) => journal.actor({ user: user.name, groups: user.groups, userAgent, verb })
  const apiserver = await Apiserver.create({
    storage,
    clock,
    random,
    gates,
    actorCause,
    runtimeConfig: {},
    metrics: async () => '',
    log: silent,
  })
  const client = (name) => apiserver.client({ name, groups: [COMPONENT_GROUP] }, name)
  const manager = new Manager({ client: client('controller-manager'), gates, clock, random, journal: recorded ? journal : noJournal })
  manager.add(jobController())
  await manager.start()
  const user = client('admin')
  await user.create(ServiceAccount, { metadata: { name: 'default', namespace: 'default' } })

  const startedMs = clock.monotonicMs()
  const pods = user.watch(Pod, { namespace: 'default' }).subscribe(({ type, object }) => {
    if (type !== 'ADDED') return
    const end = { type: 'merge', body: { status: { phase: 'Succeeded' } } }
    user.patch(Pod, { namespace: 'default', name: object.metadata.name }, end, { subresource: 'status' }).catch(fail)
  })
  const finished = new Promise((resolve) => {
    const jobs = user.watch(Job, { namespace: 'default' }).subscribe(({ object }) => {
      if (!object.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True')) return
      setImmediate(() => jobs.unsubscribe())
      resolve()
    })
  })
  await user.create(Job, jobOf(n))
  await finished
  const seconds = (clock.monotonicMs() - startedMs) / 1000
  pods.unsubscribe()
  await manager.stop()
  await apiserver.close()
  storage.close()
  await log.flush()
  journal.close()
  await log.close()
  return { seconds, path, bytes: statSync(path).size }
}

function fail(error) {
  throw error
}

function jobOf(n) {
  const containers = [{ name: 'main', image: 'busybox:1.36', command: ['true'] }]
  return {
    metadata: { name: 'big', namespace: 'default' },
    spec: { completions: n, parallelism: n, completionMode: 'Indexed', template: { spec: { restartPolicy: 'Never', containers } } },
  }
}
