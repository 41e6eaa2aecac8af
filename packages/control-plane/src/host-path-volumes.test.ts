import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@kubetape/api/kinds'
import { claimBinderController, type HostPathDirectories, inTreePlugins } from '@kubetape/controllers'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { ControlPlane, type ControlPlaneOptions } from './control-plane.ts'
import { HostPathFolders } from './host-path-directories.ts'

const claim = { namespace: 'default', name: 'data' }
const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'quick', resources: { requests: { storage: '1Mi' } } }

let data: string
let clock: VirtualClock
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'kubetape-host-path-volumes-'))
  clock = new VirtualClock()
})
afterEach(() => rmSync(data, { recursive: true }))

const made = (): string[] => {
  const folder = join(data, 'host-path/tmp/hostpath_pv')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Lets virtual time pass until an answer is there: files answer in real time. */
async function within<T>(work: Promise<T>): Promise<T> {
  let done = false
  const finished = work.finally(() => (done = true))
  // Handled below; here nobody waits for it yet.
  finished.catch(() => undefined)
  while (!done) {
    await clock.advance(10)
    await new Promise((resolve) => systemClock().defer(() => resolve(undefined)))
  }
  return finished
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await within(Promise.resolve(isSo())))) await clock.advance(10)
}

async function start(options: ControlPlaneOptions): Promise<ControlPlane> {
  return within(ControlPlane.start({ clock, data, ...options }))
}

async function createClaim(plane: ControlPlane): Promise<void> {
  await within(plane.client().create(StorageClass, { metadata: { name: 'quick' }, provisioner: 'kubernetes.io/host-path' }))
  await within(plane.client().create(PersistentVolumeClaim, { metadata: claim, spec }))
}

test('a control plane makes a directory for a claim, and deletes it with the claim', async () => {
  const plane = await start({ hostPath: { provisions: true } })
  await createClaim(plane)
  await until(async () => (await plane.client().get(PersistentVolumeClaim, claim)).status?.phase === 'Bound')
  const [volume] = (await within(plane.client().list(PersistentVolume))).items
  expect(made().map((name) => `/tmp/hostpath_pv/${name}`)).toEqual([volume?.spec?.hostPath?.path])
  await within(plane.client().delete(PersistentVolumeClaim, claim))
  await until(async () => (await plane.client().list(PersistentVolume)).items.length === 0)
  expect(made()).toEqual([])
  await within(plane.stop())
})

test('a control plane deletes what an earlier one has begun for a claim that is gone', async () => {
  const folders = new HostPathFolders(join(data, 'host-path'))
  // Nobody hears that the directory is there.
  const directories: HostPathDirectories = {
    create: async (path) => {
      await folders.create(path)
      throw new Error('the process was killed')
    },
    remove: (path) => folders.remove(path),
  }
  const binder = claimBinderController({ plugins: inTreePlugins({ directories, provisions: true }) })
  const first = await start({ controllers: ['*', '-persistentvolume-binder-controller'], add: [binder] })
  await createClaim(first)
  await until(() => made().length > 0)
  await within(first.client().delete(PersistentVolumeClaim, claim))
  await within(first.stop())
  expect(made()).toHaveLength(1)
  const second = await start({ hostPath: { provisions: true } })
  await until(() => made().length === 0)
  await within(second.stop())
})
