// The directory driver as users start it, killed with SIGKILL while it makes, changes and removes volumes: what it has acknowledged holds, a request
// that it had not answered was carried out or left no trace, and nothing is left over.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectCsiDriver } from '@kubetape/csi'
import { systemClock } from '@kubetape/determinism'
import { endGroup, ROOT, startCommand } from '../tools/test/command.mjs'
import { KnownVolumes, wantedVolume } from './crash/known-volumes.mjs'

const BIN = join(ROOT, 'packages', 'csi', 'bin', 'kubetape-csi-directory.mjs')
const KILLS = Number(process.env.KUBETAPE_CSI_KILLS ?? 8)
/** How many operations are under way when the driver is killed. */
const AT_ONCE = 12

test(`the directory driver survives ${KILLS} kills`, { timeout: 180_000 }, async (context) => {
  const known = new KnownVolumes()
  await withDrivers(async (start, root) => {
    for (let kill = 0; kill < KILLS; kill++) {
      const { command, driver, ended } = await start()
      await known.check(driver, root)
      let killed = false
      const users = Array.from({ length: AT_ONCE }, async (_, user) => {
        for (let turn = 0; !killed; turn++) await known.operate(driver, `volume-${user}-${turn % 3}`)
      })
      // Later in every round, so that different steps are hit.
      const goal = known.acknowledged + 20 + 17 * kill
      while (known.acknowledged < goal) await new Promise((resolve) => setImmediate(resolve))
      endGroup(command, 'SIGKILL')
      killed = true
      await Promise.all([...users, ended])
      driver.close()
    }
    const { driver } = await start()
    await known.check(driver, root)
    driver.close()
  })
  context.diagnostic(`${known.acknowledged} operations acknowledged, ${known.unanswered} cut off`)
  assert.ok(known.unanswered >= KILLS)
})

test('the directory driver does not outlive its launcher, and is replaced at once', { timeout: 60_000 }, async () => {
  await withDrivers(async (start) => {
    const first = await start()
    const { volumeId } = await first.driver.createVolume(wantedVolume('a'))
    first.command.kill('SIGKILL')
    await Promise.all([first.driver.lost, first.ended])
    const second = await start()
    assert.equal((await second.driver.createVolume(wantedVolume('a'))).volumeId, volumeId)
    second.driver.close()
    second.command.kill('SIGTERM')
    assert.equal(await second.ended, 0)
  })
})

/** Runs `use` with a way to start drivers on one folder and to connect to them. */
async function withDrivers(use) {
  const folder = mkdtempSync(join(tmpdir(), 'csi-'))
  const root = join(folder, 'root')
  const endpoint = `unix://${folder}/csi.sock`
  const commands = []
  const start = async () => {
    const command = startCommand(process.execPath, [
      BIN,
      '--endpoint',
      endpoint,
      '--root',
      root,
      '--node-id',
      'here',
      '--capacity',
      '1000000',
    ])
    commands.push(command)
    const ended = new Promise((resolve) => command.on('close', resolve))
    return { command, ended, driver: await connectCsiDriver({ endpoint, clock: systemClock() }) }
  }
  try {
    await use(start, root)
  } finally {
    for (const command of commands) endGroup(command, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
