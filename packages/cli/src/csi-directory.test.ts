import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { connectCsiDriver } from '@kubetape/csi'
import { systemClock } from '@kubetape/determinism'
import { startCsiDirectory } from './csi-directory.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kt-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const start = (data: string, more: { folder?: string } = {}): ReturnType<typeof startCsiDirectory> =>
  startCsiDirectory({ data, clock: systemClock(), warn: () => undefined, ...more })

describe('startCsiDirectory()', () => {
  test.each<[string, { folder?: string }, string]>([
    ['in the data folder', {}, 'csi-directory'],
    ['where it is told', { folder: 'elsewhere' }, 'elsewhere'],
  ])('keeps volumes %s, and can be used from everywhere', async (_, { folder: name }, place) => {
    const directory = await start(folder, name === undefined ? {} : { folder: join(folder, name) })
    expect([directory.name, directory.root]).toEqual(['csi.kubetape.dev', join(folder, place)])
    const driver = await connectCsiDriver({ endpoint: directory.endpoint, clock: systemClock() })
    expect(driver.info.pluginCapabilities).not.toContain('VOLUME_ACCESSIBILITY_CONSTRAINTS')
    driver.close()
    await directory.stop()
    expect(existsSync(join(folder, 'csi-directory.sock'))).toBe(false)
  })

  test('puts its socket elsewhere when the path of the data folder is too long for one, and leaves nothing there', async () => {
    const data = join(folder, 'x'.repeat(120))
    mkdirSync(data)
    const directory = await start(data)
    const path = directory.endpoint.slice('unix://'.length)
    expect([existsSync(path), path.startsWith(folder)]).toEqual([true, false])
    await directory.stop()
    expect(existsSync(dirname(path))).toBe(false)
  })
})
