// A control plane with its driver, killed with SIGKILL while volumes are made and while they are deleted. Afterwards there is one volume for each claim,
// then none, and nothing is left behind. (Every boundary of a request is enumerated in the tests of the controllers; this is the whole product.)
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { startServer } from './crash/crash-server.mjs'
import { checkReplay } from './crash/round-checks.mjs'

const KILLS = 3
const CLAIMS_A_ROUND = 20
const WAIT_MS = 60_000

test('a control plane that is killed while it makes and deletes volumes leaks none', { timeout: 240_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'csi-crash-'))
  const data = join(folder, 'data')
  const stored = () => readdirSync(join(data, 'csi-directory', 'volumes')).sort()
  const start = async () => {
    const server = startServer(data, ['--csi-directory'])
    await server.ready
    return { server, client: await clientFromKubeconfig({ path: server.kubeconfig }) }
  }
  try {
    let { server, client } = await start()
    await client.create(StorageClass, { metadata: { name: 'directory' }, provisioner: 'csi.kubetape.dev' })
    const names = []
    for (let kill = 0; kill < KILLS; kill++) {
      const claims = Array.from({ length: CLAIMS_A_ROUND }, (_, at) => claimOf(`claim-${kill}-${at}`))
      names.push(...claims.map(({ metadata }) => metadata.name))
      await Promise.all(claims.map((claim) => client.create(PersistentVolumeClaim, claim)))
      await until('a volume of this round', () => stored().length > kill * CLAIMS_A_ROUND)
      await server.kill()
      context.diagnostic(`killed with ${stored().length} of ${names.length} volumes`)
      ;({ server, client } = await start())
    }
    await until('all claims to be bound', async () => {
      const { items } = await client.list(PersistentVolumeClaim, { namespace: 'default' })
      return items.length === names.length && items.every(({ status }) => status?.phase === 'Bound')
    })
    const { items: volumes } = await client.list(PersistentVolume)
    assert.deepEqual(volumes.map(({ spec }) => spec.csi.volumeHandle).sort(), stored())
    assert.deepEqual(volumes.map(({ spec }) => spec.claimRef.name).sort(), names.sort())

    await Promise.all(names.map((name) => client.delete(PersistentVolumeClaim, { namespace: 'default', name })))
    await until('a volume to go', () => stored().length < names.length)
    await server.kill()
    context.diagnostic(`killed with ${stored().length} volumes left`)
    ;({ server, client } = await start())
    await until('all volumes to go', async () => (await client.list(PersistentVolume)).items.length === 0)
    for (const place of ['volumes', 'new', 'gone']) assert.deepEqual(readdirSync(join(data, 'csi-directory', place)), [], place)
    assert.equal(await server.stop(), 0, server.log())
    await checkReplay(data)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

const claimOf = (name) => ({
  metadata: { namespace: 'default', name },
  spec: { storageClassName: 'directory', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
})

async function until(what, holds) {
  const end = performance.now() + WAIT_MS
  while (!(await holds())) {
    assert.ok(performance.now() < end, `waited too long for ${what}`)
    await sleep(5)
  }
}
