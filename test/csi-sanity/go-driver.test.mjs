// Our client against a driver made with the protocol's own Go library, as most drivers are: every request, answer and status, and what it hears of time-outs.
import { connectCsiDriver, isFinal } from '@kubetape/csi'
import { systemClock } from '@kubetape/determinism'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { endGroup, ROOT, runCommand, startCommand } from '../../tools/test/command.mjs'

const SOURCE = join(ROOT, 'test', 'csi-sanity', 'program')
const PROGRAM = join(ROOT, '.cache', 'csi-go-driver')
const BUILD_MS = 600_000

const volumeId = 'v'
const secrets = { password: 's3cret' }
const capacityRange = { requiredBytes: 2 ** 53 - 1 }
const block = { accessMode: 'MULTI_NODE_MULTI_WRITER' }
const mount = { accessMode: 'SINGLE_NODE_WRITER', mount: { fsType: 'ext4', mountFlags: ['ro', 'noatime'], volumeMountGroup: '7' } }
const here = { segments: { zone: 'z' } }
const context = { a: 'b' }
const wireRange = { requiredBytes: '9007199254740991' }
const wireBlock = { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } }
const wireMount = { mount: mount.mount, accessMode: { mode: 'SINGLE_NODE_WRITER' } }

/** Method, request, what the driver reads (by protobuf's own JSON), what we read of its answer. */
const CALLS = [
  [
    'createVolume',
    {
      name: 'n',
      capacityRange: { requiredBytes: 1, limitBytes: 2 },
      volumeCapabilities: [mount, block],
      parameters: { p: 'q' },
      secrets,
      volumeContentSource: { snapshotId: 'snap' },
      accessibilityRequirements: { requisite: [here], preferred: [here] },
      mutableParameters: { iops: '1' },
    },
    {
      name: 'n',
      capacityRange: { requiredBytes: '1', limitBytes: '2' },
      volumeCapabilities: [wireMount, wireBlock],
      parameters: { p: 'q' },
      secrets,
      volumeContentSource: { snapshot: { snapshotId: 'snap' } },
      accessibilityRequirements: { requisite: [here], preferred: [here] },
      mutableParameters: { iops: '1' },
    },
    {
      volumeId: 'n',
      capacityBytes: 1,
      volumeContext: { p: 'q' },
      contentSource: { snapshotId: 'snap' },
      accessibleTopology: [here],
    },
  ],
  [
    'createVolume',
    { name: 'clone', capacityRange: { requiredBytes: 0 }, volumeCapabilities: [block], volumeContentSource: { volumeId: 'other' } },
    { name: 'clone', capacityRange: {}, volumeCapabilities: [wireBlock], volumeContentSource: { volume: { volumeId: 'other' } } },
    { volumeId: 'clone', capacityBytes: 0, volumeContext: {}, contentSource: { volumeId: 'other' }, accessibleTopology: [] },
  ],
  ['deleteVolume', { volumeId, secrets }, { volumeId, secrets }, undefined],
  [
    'controllerPublishVolume',
    { volumeId, nodeId: 'n', volumeCapability: mount, readonly: true, volumeContext: context, secrets },
    { volumeId, nodeId: 'n', volumeCapability: wireMount, readonly: true, volumeContext: context, secrets },
    { publishContext: context },
  ],
  ['controllerUnpublishVolume', { volumeId, nodeId: 'n', secrets }, { volumeId, nodeId: 'n', secrets }, undefined],
  [
    'controllerExpandVolume',
    { volumeId, capacityRange, volumeCapability: block, secrets },
    { volumeId, capacityRange: wireRange, volumeCapability: wireBlock, secrets },
    { capacityBytes: 2 ** 53 - 1, nodeExpansionRequired: true },
  ],
  [
    'controllerModifyVolume',
    { volumeId, mutableParameters: { iops: '2' }, secrets },
    { volumeId, mutableParameters: { iops: '2' }, secrets },
    undefined,
  ],
  [
    'listVolumes',
    { maxEntries: 3, startingToken: 't' },
    { maxEntries: 3, startingToken: 't' },
    {
      entries: [
        {
          volume: { volumeId, capacityBytes: 2 ** 53 - 1, volumeContext: {}, accessibleTopology: [] },
          publishedNodeIds: ['n'],
          condition: { abnormal: true, message: 'ill' },
        },
      ],
      nextToken: 't+',
    },
  ],
  [
    'getCapacity',
    { volumeCapabilities: [block], parameters: { p: 'q' }, accessibleTopology: here },
    { volumeCapabilities: [wireBlock], parameters: { p: 'q' }, accessibleTopology: here },
    { availableCapacity: 7, maximumVolumeSize: 5, minimumVolumeSize: 0 },
  ],
  [
    'nodeStageVolume',
    { volumeId, publishContext: context, stagingTargetPath: '/s', volumeCapability: mount, volumeContext: context, secrets },
    { volumeId, publishContext: context, stagingTargetPath: '/s', volumeCapability: wireMount, volumeContext: context, secrets },
    undefined,
  ],
  ['nodeUnstageVolume', { volumeId, stagingTargetPath: '/s' }, { volumeId, stagingTargetPath: '/s' }, undefined],
  [
    'nodePublishVolume',
    { volumeId, stagingTargetPath: '/s', targetPath: '/t', volumeCapability: mount, readonly: true },
    { volumeId, stagingTargetPath: '/s', targetPath: '/t', volumeCapability: wireMount, readonly: true },
    undefined,
  ],
  ['nodeUnpublishVolume', { volumeId, targetPath: '/t' }, { volumeId, targetPath: '/t' }, undefined],
  [
    'nodeExpandVolume',
    { volumeId, volumePath: '/t', stagingTargetPath: '/s', capacityRange, volumeCapability: mount, secrets },
    { volumeId, volumePath: '/t', stagingTargetPath: '/s', capacityRange: wireRange, volumeCapability: wireMount, secrets },
    { capacityBytes: 2 ** 53 - 1 },
  ],
  ['nodeGetInfo', undefined, {}, { nodeId: 'n', maxVolumesPerNode: 3, accessibleTopology: here }],
]
const STATUSES = [
  ['CANCELLED', 1, false],
  ['UNKNOWN', 2, true],
  ['INVALID_ARGUMENT', 3, true],
  ['DEADLINE_EXCEEDED', 4, false],
  ['NOT_FOUND', 5, true],
  ['ALREADY_EXISTS', 6, true],
  ['PERMISSION_DENIED', 7, true],
  ['RESOURCE_EXHAUSTED', 8, false],
  ['FAILED_PRECONDITION', 9, true],
  ['ABORTED', 10, false],
  ['OUT_OF_RANGE', 11, true],
  ['UNIMPLEMENTED', 12, true],
  ['INTERNAL', 13, true],
  ['UNAVAILABLE', 14, false],
  ['DATA_LOSS', 15, true],
  ['UNAUTHENTICATED', 16, true],
]

const skip = await whyNot()

describe('a driver made with Go', { skip }, () => {
  let folder, go, driver
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'csi-go-'))
    go = startDriver(join(folder, 'csi.sock'))
    driver = await connectCsiDriver({
      endpoint: `unix://${folder}/csi.sock`,
      clock: systemClock(),
      timeoutsMs: { controllerModifyVolume: 200 },
    })
  })
  after(async () => {
    driver?.close()
    await go.end()
    rmSync(folder, { recursive: true, force: true })
  })

  test('says what it is; what it can and we have no name for is left out', () => {
    const { controllerCapabilities, ...info } = driver.info
    assert.deepEqual(info, {
      name: 'go.example.com',
      vendorVersion: 'v1',
      pluginCapabilities: ['CONTROLLER_SERVICE', 'VOLUME_ACCESSIBILITY_CONSTRAINTS', 'EXPANSION_OFFLINE'],
      nodeCapabilities: ['STAGE_UNSTAGE_VOLUME'],
    })
    assert.ok(controllerCapabilities.includes('MODIFY_VOLUME') && controllerCapabilities.length === 14, controllerCapabilities.join())
  })

  for (const [method, request, read, answer] of CALLS)
    test(`hears ${method} as it was said, and is heard`, async () => {
      assert.deepEqual(await driver[method](request), answer)
      const rpc = `${method[0].toUpperCase()}${method.slice(1)}`
      assert.deepEqual(JSON.parse(await go.line((line) => line.startsWith(`${rpc} `), rpc.length)), read)
    })

  for (const [code, number, final] of STATUSES)
    test(`is heard with status ${code}`, async () => {
      const error = await driver.deleteVolume({ volumeId: `code-${number}` }).catch((thrown) => thrown)
      assert.deepEqual([error.name, error.code, error.message, isFinal(error)], ['CsiError', code, 'wörds: 100% & more', final])
    })

  test('hears that the client has given up', async () => {
    const error = await driver.controllerModifyVolume({ volumeId: 'hang', mutableParameters: { a: 'b' } }).catch((thrown) => thrown)
    assert.deepEqual([error.code, error.message], ['DEADLINE_EXCEEDED', 'context deadline exceeded'])
    await go.line((line) => line === 'gave-up', 0)
  })

  test('is not taken for one that has answered when it is killed', async () => {
    const hanging = driver.deleteVolume({ volumeId: 'hang' }).catch((thrown) => thrown)
    await go.line((line) => line === 'DeleteVolume {"volumeId":"hang"}', 0)
    await go.end()
    const error = await hanging
    assert.deepEqual([error.code, isFinal(error)], ['UNAVAILABLE', false])
    await driver.lost
  })
})

/** Why there is no such driver here; false when it has been built. */
async function whyNot() {
  const version = await runCommand('go', ['version'])
  if (version.status !== 0) return 'there is no go on PATH'
  const modules = await runCommand('go', ['mod', 'download'], { cwd: SOURCE, limitMs: BUILD_MS })
  if (modules.status !== 0) return `the Go modules of the driver cannot be had: ${modules.output.trim().split('\n').at(0)}`
  const built = await runCommand('go', ['build', '-o', PROGRAM, './driver'], { cwd: SOURCE, limitMs: BUILD_MS })
  if (built.status !== 0) throw new Error(`Cannot build test/csi-sanity/program/driver:\n${built.output}`)
  return false
}

function startDriver(socket) {
  const child = startCommand(PROGRAM, [socket])
  const closed = new Promise((resolve) => child.on('close', resolve))
  let text = ''
  /** Lines before this one have been looked at. */
  let read = 0
  let heard = Promise.withResolvers()
  child.stdout.setEncoding('utf8').on('data', (more) => {
    text += more
    heard.resolve()
    heard = Promise.withResolvers()
  })
  return {
    /**
     * The next line that is meant, from `skip` characters on; waits for it, since answers and lines come on different ways. Protobuf's JSON has
     * blanks at random places.
     */
    async line(isMeant, skip) {
      for (;;) {
        const lines = text
          .split('\n')
          .slice(0, -1)
          .map((line) => line.replaceAll(/([:,]) /g, '$1'))
        const found = lines.findIndex((line, index) => index >= read && isMeant(line))
        if (found >= 0) {
          read = found + 1
          return lines[found].slice(skip)
        }
        await heard.promise
      }
    },
    end() {
      endGroup(child, 'SIGKILL')
      return closed
    },
  }
}
