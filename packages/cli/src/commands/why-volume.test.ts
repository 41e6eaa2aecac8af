import { describe, expect, test } from '@jest/globals'
import { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@kubetape/api/kinds'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { tapeFolder } from '../testing/tape-folder.ts'

const drivers = new CsiDriverRegistry()
drivers.connect(new FakeCsiDriver({ name: 'csi.example.com' }))

let volumeName = ''
/** A volume is deleted before its claim. */
const tape = tapeFolder({
  plane: { drivers },
  during: async (soon, client) => {
    const claim = { namespace: 'default', name: 'data' }
    await soon(client.create(StorageClass, { metadata: { name: 'fast' }, provisioner: 'csi.example.com' }))
    const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } }
    await soon(client.create(PersistentVolumeClaim, { metadata: claim, spec }))
    volumeName = (await soon(client.get(PersistentVolumeClaim, claim))).spec.volumeName!
    await soon(client.delete(PersistentVolume, { name: volumeName }))
    await soon(client.delete(PersistentVolumeClaim, claim))
    await soon(Promise.resolve())
  },
})

describe('kubetape why of a volume that was deleted before its claim', () => {
  test('tells in order who asked whom for what', async () => {
    const { out } = await tape.kubetape('why', `pv/${volumeName}`)
    const told = out
      .map((line) =>
        line
          .replaceAll(volumeName, 'VOLUME')
          .replaceAll(/run [0-9a-f]{8}/g, 'run R')
          .replaceAll(/@\d+/g, '@N')
          .trim(),
      )
      .filter((line) => /^(@|because|after|status|metadata)/.test(line))
    expect(told.map((line) => line.replace(/^@N {2}[\d:.]+ {2}/, ''))).toEqual([
      'created by controller csi-provisioner for default/data, run R: success',
      'because persistentvolumeclaim/data in default was updated @N by persistentvolume-binder-claims run R, created @N by admin (kubectl/v1.31.0)',
      'after call csi.example.com CreateVolume: {volumeId: volume-1, capacityBytes: 1073741824, volumeContext: {}, acce…',
      expect.stringMatching(/^status updated by controller persistentvolume-binder-claims/),
      'because persistentvolume/VOLUME was added @N by csi-provisioner run R',
      'status.phase  Pending → Bound',
      'marked for deletion by admin (kubectl/v1.31.0)',
      expect.stringMatching(/^metadata\.deletionTimestamp +set to 2024-08-13/),
      'metadata.deletionGracePeriodSeconds  set to 0',
      'status updated by controller persistentvolume-binder-volumes, run R: success',
      'because persistentvolumeclaim/data in default was deleted @N by persistentvolumeclaim-protection-controller run R, asked for @N by admin (kubectl/v1.31.0)',
      expect.stringMatching(/^status\.phase +Bound → Released/),
      expect.stringMatching(/^status\.lastPhaseTransitionTime/),
      'updated by controller persistentvolume-protection-controller, run R: success',
      'because persistentvolume/VOLUME was updated @N by persistentvolume-binder-volumes run R',
      expect.stringMatching(/^metadata\.finalizers .*kubernetes\.io\/pv-.* → \[external-provisioner\.volume\.kubernetes\.io\/finalizer\]$/),
      'deleted by controller csi-reclaim, run R: success',
      'because persistentvolume/VOLUME was updated @N by persistentvolume-binder-volumes run R',
      'after call csi.example.com DeleteVolume: done',
    ])
  })

  test('tells the same as JSON, with what the driver was asked for', async () => {
    const { out } = await tape.kubetape('why', `pv/${volumeName}`, '-o', 'json')
    const changes = out.map((line) => JSON.parse(line) as { operation: string; calls?: object[]; because?: object[] })
    expect(changes.flatMap(({ calls = [] }) => calls)).toEqual([
      expect.objectContaining({
        system: 'csi.example.com',
        method: 'CreateVolume',
        body: expect.objectContaining({ driver: 'csi.example.com' }),
      }),
      expect.objectContaining({ system: 'csi.example.com', method: 'DeleteVolume', body: { volumeId: 'volume-1' } }),
    ])
    expect(changes[0]!.because).toEqual([
      expect.objectContaining({ created: { revision: expect.any(Number), by: expect.objectContaining({ type: 'actor', user: 'admin' }) } }),
    ])
    const asked = changes.flatMap(({ because = [] }) => because).filter((reason) => 'asked' in reason)
    expect(asked).toEqual([
      expect.objectContaining({
        change: 'deleted',
        asked: expect.objectContaining({ by: expect.objectContaining({ user: 'admin', verb: 'delete' }) }),
      }),
    ])
  })
})
