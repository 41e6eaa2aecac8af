import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { rawClient } from '../testing/raw-client.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { runDirectoryDriver } from './command.ts'

let place: ReturnType<typeof socketFolder>
let root: string
let printed: string[]
beforeEach(() => {
  place = socketFolder()
  root = join(dirname(place.path()), 'root')
  printed = []
})
afterEach(() => place.remove())

const run = (args: readonly string[], signal: AbortSignal = AbortSignal.abort(), out?: (line: string) => void): Promise<number> =>
  runDirectoryDriver(args, {
    out: (line) => (out ?? ((text) => void printed.push(text)))(line),
    err: (line) => void printed.push(line),
    signal,
  })
const flags = (): string[] => ['--root', root, '--endpoint', place.endpoint(), '--node-id', 'here']

describe('runDirectoryDriver()', () => {
  test('serves until it is told to stop, and leaves no socket', async () => {
    const stop = new AbortController()
    const { promise: ready, resolve } = Promise.withResolvers<string>()
    const ended = run([...flags(), '--publish', 'link', '--capacity', '1000', '--name', 'disk.test'], stop.signal, resolve)
    expect(await ready).toBe(`disk.test is ready at ${place.endpoint()}: volumes in ${root}, published by symbolic links`)
    const client = await rawClient(place.endpoint())
    expect(await client.call('Controller', 'GetCapacity')).toMatchObject({ availableCapacity: '1000' })
    client.close()
    stop.abort()
    expect([await ended, existsSync(place.path()), readdirSync(root).sort()]).toEqual([
      0,
      false,
      ['.lock', 'gone', 'new', 'requests.jsonl', 'volumes'],
    ])
  })

  test.each([
    [['--root', 'x'], 'error: Cannot start without --endpoint (see --help)'],
    [['--root', 'x', '--endpoint', 'unix:///x'], 'error: Cannot start without --node-id (see --help)'],
    [['--endpoint', 'unix:///x', '--node-id', 'here'], 'error: Cannot start without --root (see --help)'],
    [
      ['--root', 'x', '--endpoint', 'unix:///x', '--node-id', 'a', '--capacity', '1Gi'],
      'error: Cannot use --capacity "1Gi": it must be a whole number of bytes',
    ],
    [
      ['--root', 'x', '--endpoint', 'unix:///x', '--node-id', 'a', '--publish', 'mail'],
      'error: Cannot use --publish "mail": it must be bind or link',
    ],
  ])('refuses %j', async (args, message) => {
    expect(await run(args)).toBe(2)
    expect(printed).toEqual([message])
    expect(existsSync('x')).toBe(false)
  })

  test('refuses an unknown flag, and says when it cannot listen', async () => {
    expect(await run(['--nonsense'])).toBe(2)
    expect(await run([...flags().slice(0, 2), '--endpoint', 'tcp://127.0.0.1:1', '--node-id', 'here'])).toBe(1)
    expect(printed).toEqual([expect.stringContaining('--nonsense'), expect.stringContaining('Cannot use CSI endpoint')])
  })

  test('prints its flags and its version', async () => {
    expect([await run(['--help']), await run(['--version'])]).toEqual([0, 0])
    expect(printed).toEqual([expect.stringContaining('--endpoint unix:///PATH'), expect.stringMatching(/^\d+\.\d+\.\d+$/)])
  })
})
