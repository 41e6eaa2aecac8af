// The directory driver as users start it, killed with SIGKILL while it makes, changes and removes volumes: what it has acknowledged holds, a request
// that it had not answered can be made again and leads to one volume, and nothing is left over.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectCsiDriver } from '@kubetape/csi'
import { systemClock } from '@kubetape/determinism'
import { endGroup, ROOT, startCommand } from '../tools/test/command.mjs'

const BIN = join(ROOT, 'packages', 'csi', 'bin', 'kubetape-csi-directory.mjs')
const KILLS = Number(process.env.KUBETAPE_CSI_KILLS ?? 8)
/** How many operations are under way when the driver is killed. */
const AT_ONCE = 12
const CAPABILITY = { accessMode: 'SINGLE_NODE_WRITER', mount: {} }
const wanted = (name) => ({
  name,
  capacityRange: { requiredBytes: 1000 },
  volumeCapabilities: [CAPABILITY],
  mutableParameters: { iops: '1' },
})

test(`the directory driver survives ${KILLS} kills`, { timeout: 180_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'csi-'))
  const root = join(folder, 'root')
  const endpoint = `unix://${folder}/csi.sock`
  /** By name: the iops that were acknowledged, `[before, asked]` of a request without an answer; `undefined` is no volume. */
  const known = new Map()
  let [acknowledged, unanswered, next] = [0, 0, 0]

  const operate = async (driver, name) => {
    const states = known.get(name) ?? [undefined]
    const now = states[0]
    const iops = now === undefined ? 1 : (now.iops % 1000) + 1
    const remove = now !== undefined && iops > 2
    const wish = remove ? undefined : { iops, id: now?.id }
    known.set(name, [now, wish])
    try {
      if (now === undefined) wish.id = (await driver.createVolume(wanted(name))).volumeId
      else if (remove) await driver.deleteVolume({ volumeId: now.id })
      else await driver.controllerModifyVolume({ volumeId: now.id, mutableParameters: { iops: String(iops) } })
      known.set(name, [wish])
      acknowledged++
    } catch (error) {
      assert.equal(error.code, 'UNAVAILABLE', error.message)
      unanswered++
    }
  }

  const check = async (driver) => {
    const stored = new Map()
    for (const id of readdirSync(join(root, 'volumes'))) {
      const { name, performance } = JSON.parse(readFileSync(join(root, 'volumes', id, 'volume.json'), 'utf8'))
      assert.ok(!stored.has(name), `there are two volumes ${name}`)
      stored.set(name, { id, iops: performance.iops })
    }
    const { entries } = await driver.listVolumes({})
    assert.deepEqual(entries.map(({ volume }) => volume.volumeId).sort(), [...stored.values()].map(({ id }) => id).sort())
    for (const [name, states] of known) {
      const now = stored.get(name)
      assert.ok(
        states.some((state) => state?.iops === now?.iops && (state?.id ?? now?.id) === now?.id),
        `${name} is ${JSON.stringify(now)}, not one of ${JSON.stringify(states)}`,
      )
      known.set(name, [now])
    }
    assert.deepEqual([readdirSync(join(root, 'new')), readdirSync(join(root, 'gone'))], [[], []])
  }

  try {
    for (let kill = 0; kill <= KILLS; kill++) {
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
      const ended = new Promise((resolve) => command.on('close', resolve))
      const driver = await connectCsiDriver({ endpoint, clock: systemClock() })
      await check(driver)
      if (kill === KILLS) {
        driver.close()
        endGroup(command, 'SIGKILL')
        break
      }
      let killed = false
      const users = Array.from({ length: AT_ONCE }, async (_, user) => {
        // A volume a turn, so that each user makes, changes and removes.
        for (let turn = 0; !killed; turn++) await operate(driver, `v${kill}-${user}-${Math.floor(turn / 4)}`)
      })
      // Later in every round, so that different steps are hit.
      const goal = acknowledged + 20 + 17 * next++
      while (acknowledged < goal) await new Promise((resolve) => setImmediate(resolve))
      endGroup(command, 'SIGKILL')
      killed = true
      await Promise.all(users)
      driver.close()
      await ended
    }
    context.diagnostic(`${acknowledged} operations acknowledged, ${unanswered} cut off`)
    assert.ok(unanswered >= KILLS)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the directory driver does not outlive its launcher, and is replaced at once', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'csi-'))
  const endpoint = `unix://${folder}/csi.sock`
  const start = () => {
    const command = startCommand(process.execPath, [BIN, '--endpoint', endpoint, '--root', join(folder, 'root'), '--node-id', 'here'])
    return { command, ended: new Promise((resolve) => command.on('close', resolve)) }
  }
  const first = start()
  try {
    const driver = await connectCsiDriver({ endpoint, clock: systemClock() })
    const { volumeId } = await driver.createVolume(wanted('a'))
    first.command.kill('SIGKILL')
    await Promise.all([driver.lost, first.ended])
    const next = start()
    const again = await connectCsiDriver({ endpoint, clock: systemClock() })
    assert.equal((await again.createVolume(wanted('a'))).volumeId, volumeId)
    again.close()
    next.command.kill('SIGTERM')
    assert.equal(await next.ended, 0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
