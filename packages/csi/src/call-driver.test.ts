import { describe, expect, test } from '@jest/globals'
import { NEVER } from 'rxjs'
import { callDriver, secretData } from './call-driver.ts'
import type { CsiDriver } from './csi-driver.ts'
import type { CsiDrivers } from './csi-drivers.ts'
import { CsiError, rpcErrorText } from './csi-error.ts'

const connected = (driver?: CsiDriver): CsiDrivers => ({ driver: () => driver, info: () => undefined, names: () => [], changes: NEVER })
const call = { driver: 'd', method: 'DeleteVolume', body: { volumeId: 'v' } }

describe('callDriver()', () => {
  test('asks through the context, which has no secrets to write down', async () => {
    const asked: unknown[] = []
    const context = {
      call: <T>(what: unknown, perform: () => Promise<T>): Promise<T> => {
        asked.push(what)
        return perform()
      },
    }
    const driver = { deleteVolume: async (request: unknown) => void asked.push(request) } as unknown as CsiDriver
    const secrets = secretData({ password: 'aHVudGVyMg==' })
    await callDriver(context, connected(driver), call, (found) => found.deleteVolume({ volumeId: 'v', secrets }))
    expect(asked).toEqual([
      { system: 'd', method: 'DeleteVolume', body: { volumeId: 'v' } },
      { volumeId: 'v', secrets: { password: 'hunter2' } },
    ])
  })

  test('fails as a driver that does not answer when it is not connected', async () => {
    const run = callDriver({ call: (_, perform) => perform() }, connected(), call, (driver) => driver.nodeGetInfo())
    await expect(run).rejects.toMatchObject({ name: 'CsiError', code: 'UNAVAILABLE' })
  })
})

describe('rpcErrorText()', () => {
  test.each<[unknown, string]>([
    [new CsiError('DEADLINE_EXCEEDED', 'too late'), 'rpc error: code = DeadlineExceeded desc = too late'],
    [new CsiError('CANCELLED', 'never mind'), 'rpc error: code = Canceled desc = never mind'],
    [new CsiError('INTERNAL', 'rpc error: code = Internal desc = x'), 'rpc error: code = Internal desc = x'],
    [new Error('plain'), 'plain'],
    ['text', 'text'],
  ])('of %s is %j', (error, text) => {
    expect(rpcErrorText(error)).toBe(text)
  })
})
