import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const CAPABILITY = { accessMode: 'SINGLE_NODE_WRITER', mount: {} }

/** What CreateVolume is asked for a volume of this name. */
export const wantedVolume = (name) => ({
  name,
  capacityRange: { requiredBytes: 1000 },
  volumeCapabilities: [CAPABILITY],
  mutableParameters: { iops: '1' },
})

/** What the users of a directory driver know of its volumes: every state that may be found when the driver has been killed. */
export class KnownVolumes {
  acknowledged = 0
  unanswered = 0
  /** By name: the state that was acknowledged last; before it, while a request has no answer, the one that it asks for. `undefined` is no volume. */
  #states = new Map()

  /** The next step in the life of the volume: made, modified twice, removed. */
  async operate(driver, name) {
    const now = this.#states.get(name)?.[0]
    const wish = stateAfter(now)
    this.#states.set(name, [now, wish])
    try {
      if (now === undefined) wish.id = (await driver.createVolume(wantedVolume(name))).volumeId
      else if (wish === undefined) await driver.deleteVolume({ volumeId: now.id })
      else await driver.controllerModifyVolume({ volumeId: now.id, mutableParameters: { iops: String(wish.iops) } })
      this.#states.set(name, [wish])
      this.acknowledged++
    } catch (error) {
      assert.equal(error.code, 'UNAVAILABLE', error.message)
      this.unanswered++
    }
  }

  /** Holds the folder of the driver, and what it lists, against what is known. */
  async check(driver, root) {
    const stored = new Map()
    for (const id of readdirSync(join(root, 'volumes'))) {
      const { name, performance } = JSON.parse(readFileSync(join(root, 'volumes', id, 'volume.json'), 'utf8'))
      assert.ok(!stored.has(name), `there are two volumes ${name}`)
      stored.set(name, { id, iops: performance.iops })
    }
    const { entries } = await driver.listVolumes({})
    assert.deepEqual(entries.map(({ volume }) => volume.volumeId).sort(), [...stored.values()].map(({ id }) => id).sort())
    for (const name of stored.keys()) assert.ok(this.#states.has(name), `nobody asked for ${name}`)
    for (const [name, states] of this.#states) {
      const now = stored.get(name)
      const expected = states.some((state) => state?.iops === now?.iops && (state?.id ?? now?.id) === now?.id)
      assert.ok(expected, `${name} is ${JSON.stringify(now)}, and may be ${JSON.stringify(states)}`)
      this.#states.set(name, [now])
    }
    assert.deepEqual([readdirSync(join(root, 'new')), readdirSync(join(root, 'gone'))], [[], []])
  }
}

function stateAfter(now) {
  if (now === undefined) return { iops: 1 }
  return now.iops === 3 ? undefined : { id: now.id, iops: now.iops + 1 }
}
