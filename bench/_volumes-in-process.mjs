// Claims bound to volumes, and both deleted, in one process, without HTTP: API server, binder and protection, everything on a tape.
import { join } from 'node:path'
import { Namespace, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/kinds'
import { Apiserver, COMPONENT_GROUP } from '@kubetape/apiserver'
import { FeatureGateRegistry } from '@kubetape/component-base'
import {
  claimBinderController,
  claimProtectionController,
  inTreePlugins,
  volumeBinderController,
  volumeProtectionController,
} from '@kubetape/controllers'
import { systemClock, systemRandom } from '@kubetape/determinism'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { createJournal } from '@kubetape/journal'
import { Manager } from '@kubetape/runtime'
import { Storage } from '@kubetape/storage'

const SIZES_GI = [1, 2, 4, 8, 16, 32, 64, 128]
const CLASSES = ['fast', 'slow']
/** Requests of the load that are on their way at the same time. */
const IN_FLIGHT = 64
const NAMESPACE = 'load'
/** The plugin deletes volumes of host paths, of which nothing is on the disk. */
const DIRECTORIES = { create: async () => undefined, remove: async () => undefined }

/**
 * Binds `n` claims to `n` volumes of 8 sizes and 2 classes, then deletes all claims; one class has the policy Delete, the other Retain. Answers
 * the seconds from the start of the binder to the last claim that is Bound, and from the first deletion to the last volume that is Released or gone;
 * how many bytes a write has on the tape, and what is wrong with the bindings.
 */
export async function bindVolumes({ folder, n }) {
  const [clock, random] = [systemClock({ unref: false }), systemRandom()]
  const gates = new FeatureGateRegistry()
  const log = openSqliteLog({ path: join(folder, 'tape.db'), clock, random })
  const storage = Storage.open({ log, clock })
  const journal = createJournal(log)
  const actorCause = ({ user, userAgent, verb }) => journal.actor({ user: user.name, groups: user.groups, userAgent, verb })
  const quiet = { metrics: async () => '', log: () => undefined }
  const apiserver = await Apiserver.create({ storage, clock, random, gates, actorCause, runtimeConfig: {}, ...quiet })
  const client = (name) => apiserver.client({ name, groups: [COMPONENT_GROUP] }, name)
  const user = client('admin')
  const manager = new Manager({ client: client('controller-manager'), gates, clock, random, journal })
  const plugins = inTreePlugins({ directories: DIRECTORIES, provisions: true })
  manager.add(volumeBinderController({ plugins }), volumeProtectionController(), claimProtectionController())
  await manager.start()

  await user.create(Namespace, { metadata: { name: NAMESPACE } })
  const available = untilEach(user, PersistentVolume, n, ({ status }) => status?.phase === 'Available')
  await eachOf(n, (at) => user.create(PersistentVolume, volumeOf(at)))
  await available
  await eachOf(n, (at) => user.create(PersistentVolumeClaim, claimOf(at)))

  globalThis.gc?.()
  const [startedMs, cpuBefore, before] = [clock.monotonicMs(), process.cpuUsage(), log.head()]
  const bound = untilEach(user, PersistentVolumeClaim, n, ({ status }) => status?.phase === 'Bound')
  manager.add(claimBinderController({ plugins }))
  await bound
  const bindSeconds = (clock.monotonicMs() - startedMs) / 1000
  const { user: own, system } = process.cpuUsage(cpuBefore)
  const writes = log.entries({ from: before + 1, limit: log.head() - before })
  const wrong = await wrongBindings(user, n)

  const deletedMs = clock.monotonicMs()
  const isOver = ({ spec, status }, type) =>
    spec.persistentVolumeReclaimPolicy === 'Delete' ? type === 'DELETED' : status?.phase === 'Released'
  const released = untilEach(user, PersistentVolume, n, isOver)
  await eachOf(n, (at) => user.delete(PersistentVolumeClaim, { namespace: NAMESPACE, name: `claim-${at}` }))
  await released
  const releaseSeconds = (clock.monotonicMs() - deletedMs) / 1000

  await manager.stop()
  await apiserver.close()
  storage.close()
  await log.flush()
  journal.close()
  await log.close()
  const bytes = writes.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0)
  return {
    bindSeconds,
    bindCpuSeconds: (own + system) / 1e6,
    releaseSeconds,
    writesPerPair: writes.length / n,
    bytesPerWrite: Math.round(bytes / writes.length),
    wrong,
  }
}

/** Claims without a volume, volumes of two claims, and volumes larger than the smallest that would have done. */
async function wrongBindings(user, n) {
  const volumes = new Map((await user.list(PersistentVolume)).items.map((volume) => [volume.metadata.name, volume]))
  const taken = new Set()
  let wrong = 0
  for (const { metadata, spec } of (await user.list(PersistentVolumeClaim)).items) {
    const volume = volumes.get(spec.volumeName)
    const isRight =
      volume?.spec.claimRef?.uid === metadata.uid &&
      !taken.has(spec.volumeName) &&
      volume.spec.storageClassName === spec.storageClassName &&
      volume.spec.capacity.storage === spec.resources.requests.storage
    if (!isRight) wrong++
    taken.add(spec.volumeName)
  }
  return wrong + n - taken.size
}

/** Resolves when the watch has shown so many objects of which `holds` was true once, of the object and the type of its event. */
function untilEach(user, kind, n, holds) {
  const seen = new Set()
  return new Promise((resolve, reject) => {
    const watching = user.watch(kind, { resourceVersion: '0' }).subscribe({
      next: ({ type, object }) => {
        if (!holds(object, type) || seen.has(object.metadata.uid)) return
        seen.add(object.metadata.uid)
        if (seen.size !== n) return
        setImmediate(() => watching.unsubscribe())
        resolve()
      },
      error: reject,
    })
  })
}

async function eachOf(n, work) {
  let next = 0
  const worker = async () => {
    while (next < n) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, n) }, worker))
}

const shelfOf = (at) => ({ size: `${SIZES_GI[at % SIZES_GI.length]}Gi`, storageClassName: CLASSES[Math.floor(at / SIZES_GI.length) % 2] })

function volumeOf(at) {
  const { size, storageClassName } = shelfOf(at)
  const isDeleted = storageClassName === 'fast'
  return {
    metadata: {
      name: `volume-${at}`,
      ...(isDeleted ? { annotations: { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' } } : {}),
    },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: isDeleted ? 'Delete' : 'Retain',
      storageClassName,
      hostPath: { path: `/tmp/hostpath_pv/${at}` },
    },
  }
}

function claimOf(at) {
  const { size, storageClassName } = shelfOf(at)
  return {
    metadata: { name: `claim-${at}`, namespace: NAMESPACE },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: size } } },
  }
}
