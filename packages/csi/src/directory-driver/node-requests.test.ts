import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CAPABILITY, MIB, ServedDriver } from './testing/served-driver.ts'

const single = { mount: {}, accessMode: { mode: 'SINGLE_NODE_SINGLE_WRITER' } }
let driver: ServedDriver
beforeEach(async () => {
  driver = new ServedDriver()
  await driver.start()
})
afterEach(() => driver.remove())

const refused = (code: string): unknown => expect.objectContaining({ code })

describe('the directory driver on its node', () => {
  const staging = (): string => join(driver.folder, 'staging')
  const target = (name = 'target'): string => join(driver.folder, name)
  const stage = (volumeId: string): Promise<object> =>
    driver.node('NodeStageVolume', { volumeId, stagingTargetPath: staging(), volumeCapability: CAPABILITY })
  const publish = (volumeId: string, more: object = {}): Promise<object> =>
    driver.node('NodePublishVolume', {
      volumeId,
      stagingTargetPath: staging(),
      targetPath: target(),
      volumeCapability: CAPABILITY,
      ...more,
    })
  const unpublish = (volumeId: string, targetPath = target()): Promise<object> =>
    driver.node('NodeUnpublishVolume', { volumeId, targetPath })

  test('publishes and unpublishes, again and again, and over a restart', async () => {
    const { volumeId } = await driver.create('a')
    await expect(publish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    for (let i = 0; i < 2; i++) await stage(volumeId)
    for (let i = 0; i < 2; i++) await publish(volumeId)
    writeFileSync(join(target(), 'file'), 'content')
    await driver.restart()
    await publish(volumeId)
    expect(readlinkSync(target())).toBe(join(driver.root, 'volumes', volumeId, 'data'))
    expect(await driver.node('NodeGetVolumeStats', { volumeId, volumePath: target() })).toMatchObject({
      usage: [{ unit: 'BYTES', total: String(MIB) }],
    })
    await expect(driver.controller('DeleteVolume', { volumeId })).rejects.toEqual(refused('FAILED_PRECONDITION'))
    for (let i = 0; i < 2; i++) await unpublish(volumeId)
    for (let i = 0; i < 2; i++) await driver.node('NodeUnstageVolume', { volumeId, stagingTargetPath: staging() })
    expect([existsSync(target()), readFileSync(join(driver.root, 'volumes', volumeId, 'data', 'file'), 'utf8')]).toEqual([false, 'content'])
    await driver.controller('DeleteVolume', { volumeId })
  })

  test('takes a path with a slash at its end for the same one', async () => {
    const { volumeId } = await driver.create('a')
    await stage(volumeId)
    await driver.node('NodeUnstageVolume', { volumeId, stagingTargetPath: `${staging()}/` })
    await expect(publish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
  })

  test('leaves no place without its volume when it is published and deleted at the same time', async () => {
    for (let i = 0; i < 10; i++) {
      const { volumeId } = await driver.create(`v${i}`)
      await stage(volumeId)
      const [published, deleted] = await Promise.allSettled([
        publish(volumeId, { targetPath: target(`t${i}`) }),
        driver.controller('DeleteVolume', { volumeId }),
      ])
      // Whichever comes first, the other is refused.
      expect([published.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected'])
      expect(existsSync(target(`t${i}`))).toBe(published.status === 'fulfilled')
    }
  })

  test('refuses another way at the same place, and a second place for a single writer', async () => {
    const { volumeId } = await driver.create('a')
    await stage(volumeId)
    await publish(volumeId, { volumeCapability: single })
    await expect(publish(volumeId, { volumeCapability: single, readonly: true })).rejects.toEqual(refused('ALREADY_EXISTS'))
    await expect(publish(volumeId, { targetPath: target('other') })).rejects.toEqual(refused('FAILED_PRECONDITION'))
    await unpublish(volumeId)
    await publish(volumeId, { targetPath: target('other') })
  })

  test('refuses places in its own folder, also through a link, and relative ones', async () => {
    const { volumeId } = await driver.create('a')
    await stage(volumeId)
    symlinkSync(driver.root, join(driver.folder, 'way-in'))
    for (const targetPath of [
      join(driver.root, 'x'),
      driver.root,
      join(driver.folder, 'way-in', 'x'),
      `${driver.folder}/y/../root/x`,
      'some/path',
    ])
      await expect(publish(volumeId, { targetPath })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    expect(readdirSync(driver.root).filter((name) => !name.startsWith('.lock'))).toEqual(['gone', 'new', 'requests.jsonl', 'volumes'])
    await expect(unpublish(volumeId, join(driver.root, 'volumes'))).rejects.toEqual(refused('INVALID_ARGUMENT'))
  })

  test('takes nothing away that it has not put there', async () => {
    const { volumeId } = await driver.create('a')
    mkdirSync(target())
    writeFileSync(join(target(), 'precious'), '')
    await stage(volumeId)
    await expect(publish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    await expect(unpublish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    expect(readdirSync(target())).toEqual(['precious'])
    // What was never placed keeps nobody from deleting.
    await driver.controller('DeleteVolume', { volumeId })
  })

  test('refuses mount flags that a link cannot have, and groups', async () => {
    const { volumeId } = await driver.create('a')
    await stage(volumeId)
    for (const mount of [{ mountFlags: ['noexec'] }, { volumeMountGroup: '5' }])
      await expect(publish(volumeId, { volumeCapability: { ...CAPABILITY, mount } })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    expect(existsSync(target())).toBe(false)
  })

  test('expands', async () => {
    const { volumeId } = await driver.create('a')
    await stage(volumeId)
    await publish(volumeId)
    expect(await driver.controller('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 2 * MIB } })).toMatchObject({
      capacityBytes: String(2 * MIB),
      nodeExpansionRequired: false,
    })
    const expand = (requiredBytes: number): Promise<object> =>
      driver.node('NodeExpandVolume', { volumeId, volumePath: target(), capacityRange: { requiredBytes } })
    expect(await expand(2 * MIB)).toMatchObject({ capacityBytes: String(2 * MIB) })
    await expect(expand(3 * MIB)).rejects.toEqual(refused('OUT_OF_RANGE'))
    await expect(driver.controller('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 200 * MIB } })).rejects.toEqual(
      refused('OUT_OF_RANGE'),
    )
  })
})
