// csi-test's sanity suite, the judge of CSI drivers, as a foreign client of the directory driver: once with each way of publishing volumes.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { endGroup, ROOT, runCommand, startCommand } from '../../tools/test/command.mjs'

const SOURCE = join(ROOT, 'test', 'csi-sanity', 'program')
const PROGRAM = join(ROOT, '.cache', 'csi-sanity')
const BIN = join(ROOT, 'packages', 'csi', 'bin', 'kubetape-csi-directory.mjs')
/** The first build compiles gRPC; later ones find it in Go's cache. */
const BUILD_MS = 600_000
/** What the driver does not claim to do: its volumes are attached for good, and it makes no snapshots. Nothing else may be skipped. */
const NOT_CLAIMED = [
  'Controller Publish, UnpublishVolume not supported',
  'ControllerPublishVolume not supported',
  'ControllerUnpublishVolume not supported',
  'CreateSnapshot not supported',
  'DeleteSnapshot not supported',
  'GroupControllerService not supported',
  'ListSnapshots not supported',
  'Snapshot not supported',
]
/** Switched off in the suite itself. */
const PENDING = ['pagination should detect volumes added between pages and accept tokens when the last volume from a page is deleted']
const APPLICABLE_MIN = 58

const skip = await whyNot()
const mayMount = !skip && (await canMount())

describe('the directory driver', { skip }, () => {
  const ways = mayMount ? ['bind', 'link'] : ['link']
  for (const way of ways)
    test(`passes the sanity suite, publishing by ${way}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'csi-sanity-'))
      const driver = await startDriver(folder, way)
      try {
        const report = join(folder, 'report.json')
        const work = join(folder, 'work')
        mkdirSync(work)
        const { status, output } = await runCommand(PROGRAM, ['--ginkgo.no-color', '--ginkgo.v', `--ginkgo.json-report=${report}`], {
          env: { CSI_ENDPOINT: `unix://${folder}/csi.sock`, CSI_FOLDER: work },
          limitMs: 100_000,
        })
        assert.equal(status, 0, output)
        const [{ SpecReports: all }] = JSON.parse(readFileSync(report, 'utf8'))
        const specs = all.filter(({ LeafNodeType }) => LeafNodeType === 'It')
        const ended = (state) => specs.filter(({ State }) => State === state)
        assert.deepEqual([...new Set(ended('skipped').map(({ Failure }) => Failure.Message))].sort(), NOT_CLAIMED)
        assert.deepEqual(
          ended('pending').map(({ LeafNodeText }) => LeafNodeText),
          PENDING,
        )
        assert.ok(ended('passed').length >= APPLICABLE_MIN, `only ${ended('passed').length} specs passed`)
        assert.equal(ended('passed').length + ended('skipped').length + ended('pending').length, specs.length)
        for (const place of ['volumes', 'new', 'gone']) assert.deepEqual(readdirSync(join(folder, 'root', place)), [], place)
        assert.equal(await driver.stop(), 0, driver.log())
      } finally {
        driver.kill()
        rmSync(folder, { recursive: true, force: true })
      }
    })
})

/** Root may not mount everywhere: not in most containers. */
async function canMount() {
  const folder = mkdtempSync(join(tmpdir(), 'csi-sanity-mount-'))
  const { status } = await runCommand('mount', ['--bind', '--', folder, folder])
  if (status === 0) await runCommand('umount', ['--', folder])
  rmSync(folder, { recursive: true, force: true })
  return status === 0
}

/** Why the suite cannot be had here; false when it has been built. */
async function whyNot() {
  const go = await runCommand('go', ['version'])
  if (go.status !== 0) return 'there is no go on PATH'
  const modules = await runCommand('go', ['mod', 'download'], { cwd: SOURCE, limitMs: BUILD_MS })
  if (modules.status !== 0) return `the Go modules of csi-test cannot be had: ${modules.output.trim().split('\n').at(0)}`
  const built = await runCommand('go', ['test', '-c', '-o', PROGRAM, '.'], { cwd: SOURCE, limitMs: BUILD_MS })
  if (built.status !== 0) throw new Error(`Cannot build test/csi-sanity/program:\n${built.output}`)
  return false
}

async function startDriver(folder, way) {
  const flags = {
    root: join(folder, 'root'),
    endpoint: `unix://${folder}/csi.sock`,
    'node-id': 'here',
    capacity: '1000000000000',
    publish: way,
  }
  const child = startCommand(process.execPath, [BIN, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])])
  let log = ''
  const exited = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        log += text
        if (log.includes('is ready at')) resolve('ready')
      })
  })
  const what = await Promise.race([ready, exited])
  assert.equal(what, 'ready', log)
  return {
    log: () => log,
    kill: () => endGroup(child, 'SIGKILL'),
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  }
}
