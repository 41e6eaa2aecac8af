// Whatever is wrong with what `kubetape` is given: it says so in one line that tells what to do, ends with the right code and changes nothing.
import { clientFromKubeconfig } from '@kubetape/client'
import { ConfigMap } from '@kubetape/api/kinds'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ROOT } from '../tools/test/command.mjs'
import { startServer } from './crash/crash-server.mjs'

const LIMIT_MS = 20_000
const MAIN = join(ROOT, 'packages', 'cli', 'src', 'main.ts')
const folder = mkdtempSync(join(tmpdir(), 'kubetape-bad-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function kubetape(...argv) {
  const flags = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', MAIN, ...argv]
  const { status, signal, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' })
  return { status: signal ?? status, stderr }
}

/** `up` with these flags is refused. */
function expectRefusal(flags, status, message, data = join(folder, 'unused')) {
  const refused = kubetape('up', '--data', data, '--port', '0', '--log-level', 'error', ...flags)
  assert.match(refused.stderr, message)
  assert.equal(refused.status, status, refused.stderr)
}

const write = (name, text) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('kubetape up refuses', () => {
  test('an unknown gate', () =>
    expectRefusal(
      ['--feature-gates', 'NoSuchGate=true'],
      2,
      /unrecognized feature gate: NoSuchGate; `kubetape gates` lists the gates that there are/,
    ))
  test('an unknown runtime config', () => expectRefusal(['--runtime-config', 'nosuch.io/v1=true'], 2, /there is no API group "nosuch.io"/))
  test('a runtime config without a value', () => expectRefusal(['--runtime-config', 'nonsense'], 2, /must be key=value/))
  test('an unknown controller', () => expectRefusal(['--controllers', 'jobb'], 2, /no such controller; there are job, .*cronjob/))
  test('a bad token file', () =>
    expectRefusal(['--token-auth-file', write('tokens', 'only-a-token\n')], 2, /line 1 is not token,user,uid,"groups"/))
  test('a token file that is not there', () =>
    expectRefusal(['--token-auth-file', join(folder, 'none')], 2, /Cannot read --token-auth-file/))
  test('a data folder that is a file', () => expectRefusal([], 2, /a file is in the way; name a folder/, write('file', 'x')))
  test('a data folder below a file', () => expectRefusal([], 2, /a file is in the way; name a folder/, join(write('above', 'x'), 'data')))
  test('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.on('listening', resolve))
    expectRefusal(['--port', String(taken.address().port)], 1, /the port is in use; choose another with --port/)
    await new Promise((resolve) => taken.close(resolve))
  })
})

describe('a tape', () => {
  const data = join(folder, 'data')
  let names = 0
  let second
  let stopped
  before(async () => {
    const server = startServer(data)
    await server.ready
    second = kubetape('up', '--data', data, '--port', '0', '--log-level', 'error')
    stopped = await server.stop()
  })

  test('that is open in another process is refused, and that process is not disturbed', () => {
    assert.match(second.stderr, /process \d+ has it open/)
    assert.deepEqual([second.status, stopped], [1, 0])
  })

  /** A copy of the data folder, spoilt. */
  const spoilt = (spoil) => {
    const copy = join(folder, `spoilt-${names++}`)
    cpSync(data, copy, { recursive: true })
    const tape = join(copy, 'tape.db')
    spoil(tape)
    return { copy, bytes: readFileSync(tape) }
  }
  const expectKept = ({ copy, bytes }) => assert.deepEqual(readFileSync(join(copy, 'tape.db')), bytes, 'nothing is repaired')

  test('that is truncated is refused and left alone', () => {
    const tape = spoilt((path) => truncateSync(path, readFileSync(path).length - 8192))
    for (const verb of ['up', 'verify']) {
      const flags = verb === 'up' ? ['--port', '0', '--log-level', 'error'] : []
      const refused = kubetape(verb, '--data', tape.copy, ...flags)
      assert.equal(refused.status, 1, refused.stderr)
      assert.match(refused.stderr, /damaged|Cannot/)
    }
    expectKept(tape)
  })

  test('with a flipped byte is found out by verify', () => {
    const tape = spoilt((path) => {
      const bytes = readFileSync(path)
      const at = bytes.lastIndexOf('"kubetape-node-1"')
      bytes[at + 3] ^= 1
      writeFileSync(path, bytes)
    })
    const found = kubetape('verify', '--data', tape.copy)
    assert.equal(found.status, 1, found.stderr)
    assert.match(found.stderr, /Cannot vouch for the tape|damaged/)
    expectKept(tape)
  })

  test('of a newer format is refused', () => {
    const tape = spoilt((path) => {
      const bytes = readFileSync(path)
      bytes.writeUInt32BE(99, 60)
      writeFileSync(path, bytes)
    })
    expectRefusal([], 1, /tape format is 99 .*upgrade Kubetape/, tape.copy)
    expectKept(tape)
  })

  test('whose -wal was deleted after a kill is refused, not continued', async () => {
    const copy = join(folder, 'killed')
    const server = startServer(copy)
    await server.ready
    const client = await clientFromKubeconfig({ path: server.kubeconfig })
    await client.create(ConfigMap, { metadata: { namespace: 'default', name: 'kept' } })
    // Long enough for the witness to have seen the head.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await server.kill()
    client.close?.()
    const wal = join(copy, 'tape.db-wal')
    assert.ok(existsSync(wal))
    copyFileSync(wal, join(folder, 'wal'))
    rmSync(wal)
    expectRefusal([], 1, /tape|log/, copy)
    // With its -wal back, nothing was lost.
    copyFileSync(join(folder, 'wal'), wal)
    const again = startServer(copy)
    await again.ready
    const reader = await clientFromKubeconfig({ path: again.kubeconfig })
    assert.equal((await reader.get(ConfigMap, { namespace: 'default', name: 'kept' })).metadata.name, 'kept')
    assert.equal(await again.stop(), 0)
  })
})

test('a full disk refuses writes, goes on reading and loses nothing', async (context) => {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'kubetape', disk], { timeout: 5000, stdio: 'ignore' })
  if (mounted.status !== 0) return context.skip('a small disk can only be mounted by root')
  const server = startServer(disk)
  try {
    await server.ready
    const client = await clientFromKubeconfig({ path: server.kubeconfig })
    const written = []
    const fill = async () => {
      for (let at = 0; at < 400; at++) {
        const metadata = { namespace: 'default', name: `fill-${at}` }
        await client.create(ConfigMap, { metadata, data: { text: 'x'.repeat(50_000) } })
        written.push(metadata.name)
      }
    }
    await assert.rejects(fill, /disk|full|space/i)
    assert.ok(written.length > 0)
    const { items } = await client.list(ConfigMap, { namespace: 'default' })
    assert.deepEqual(
      items
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith('fill-'))
        .sort(),
      written.sort(),
    )
  } finally {
    await server.kill()
    spawnSync('umount', ['-l', disk], { timeout: 5000 })
  }
})

describe('clientFromKubeconfig()', () => {
  test('says what is wrong with a file that is no kubeconfig', async () => {
    mkdirSync(join(folder, 'kube'))
    for (const [text, message] of [
      ['{ not yaml', /kube/],
      ['apiVersion: v1\nkind: Config\ncurrent-context: gone\n', /gone/],
    ])
      await assert.rejects(clientFromKubeconfig({ path: write('kube/config', text) }), { name: 'KubeconfigError', message })
    await assert.rejects(clientFromKubeconfig({ path: join(folder, 'kube', 'none') }), { name: 'KubeconfigError', message: /none/ })
  })
})
