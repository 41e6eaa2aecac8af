import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { serveCsiDriver, type ServedCsiDriver } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

/** What reads kubeconfigs takes seconds to load on a busy machine. */
const LOADING_MS = 60_000
const capability = { accessMode: 'SINGLE_NODE_WRITER' as const, mount: {} }
const create = { capacityRange: { requiredBytes: 2 ** 20 }, volumeCapabilities: [capability] }

let folder: string
let plane: ControlPlane
let fake: FakeCsiDriver
let server: ServedCsiDriver
let output: MemoryOutput

const endpoint = (): string => `unix://${join(folder, 'csi.sock')}`
const volumes = (...flags: string[]): Promise<number> => run(['volumes', '--kubeconfig', join(folder, 'data/kubeconfig'), ...flags], output)

async function createVolume(name: string, source: object, claimName: string): Promise<void> {
  await plane.client().create(PersistentVolume, {
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Mi' },
      claimRef: { namespace: 'default', name: claimName },
      storageClassName: '',
      ...source,
    },
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-volumes-'))
  fake = new FakeCsiDriver({ name: 'disk.test' })
  server = await serveCsiDriver({ endpoint: endpoint(), driver: fake })
  const { volumeId: volumeHandle } = await fake.createVolume({ ...create, name: 'owned' })
  plane = await ControlPlane.start({ data: join(folder, 'data'), port: 0, controllers: [] })
  await plane.client().create(PersistentVolumeClaim, {
    metadata: { namespace: 'default', name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], volumeName: 'a', storageClassName: '', resources: { requests: { storage: '1Mi' } } },
  })
  await createVolume('a', { csi: { driver: 'disk.test', volumeHandle } }, 'data')
  await createVolume('b', { hostPath: { path: '/tmp/b' } }, 'other')
}, LOADING_MS)

afterAll(async () => {
  await plane.stop()
  server.kill()
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  output = new MemoryOutput()
})

describe('kubetape volumes', () => {
  test(
    'shows what belongs together, and leaks nothing',
    async () => {
      expect(await volumes('--csi-endpoint', endpoint())).toBe(0)
      expect(output.outLines).toEqual([
        'CLAIM           VOLUME   STATUS    CAPACITY   DRIVER      HANDLE     REAL   FINDING',
        'default/data    a        Pending   1Mi        disk.test   volume-1   1Mi',
        'default/other   b        Pending   1Mi        hostPath    <none>',
      ])
    },
    LOADING_MS,
  )

  test(
    'finds leaks and fails for them, in JSON as well',
    async () => {
      const { volumeId } = await fake.createVolume({ ...create, name: 'orphan' })
      expect(await volumes('--csi-endpoint', endpoint(), '-o', 'json')).toBe(1)
      expect(output.errLines).toEqual(['error: Cannot confirm that volumes and storage agree: 1 leaked, 0 missing'])
      const { items } = JSON.parse(output.outLines.join('\n')) as { items: object[] }
      expect(items.at(-1)).toEqual({
        driver: 'disk.test',
        handle: volumeId,
        realBytes: 2 ** 20,
        finding: 'leak',
        message: 'no PersistentVolume has it',
      })
      await fake.deleteVolume({ volumeId })
    },
    LOADING_MS,
  )

  test(
    'shows volumes without asking any driver',
    async () => {
      expect(await volumes('--no-headers')).toBe(0)
      expect(output.outLines[0]).toBe('default/data    a   Pending   1Mi   disk.test   volume-1')
    },
    LOADING_MS,
  )

  test.each([
    [['--csi-endpoint', 'tcp://x:1'], 2, 'Cannot use CSI endpoint "tcp://x:1"'],
    [['--csi-endpoint', '/nowhere/csi.sock'], 1, 'Cannot connect to the CSI driver at unix:///nowhere/csi.sock: there is no such socket'],
  ])(
    'refuses %j',
    async (flags, code, message) => {
      expect(await volumes(...flags)).toBe(code)
      expect(output.errLines.join('\n')).toContain(message)
    },
    LOADING_MS,
  )

  test(
    'says that a driver does not list its volumes',
    async () => {
      const driver = new FakeCsiDriver({ name: 'mute.test', controllerCapabilities: ['CREATE_DELETE_VOLUME'] })
      const mute = await serveCsiDriver({ endpoint: `unix://${join(folder, 'mute.sock')}`, driver })
      expect(await volumes('--csi-endpoint', mute.endpoint)).toBe(1)
      expect(output.errLines).toEqual(['error: Cannot list the volumes of mute.test: the driver mute.test does not list its volumes'])
      mute.kill()
    },
    LOADING_MS,
  )
})
