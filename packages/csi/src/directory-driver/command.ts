import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { type Clock, systemClock, systemRandom, uidSource } from '@kubetape/determinism'
import { DIRECTORY_DRIVER_NAME } from './directory-driver.ts'
import { bindPlacement, linkPlacement, type Placement } from './placement.ts'
import { serveDirectoryDriver, type ServedDirectoryDriver } from './serve-directory-driver.ts'

const USAGE = `kubetape-csi-directory: a CSI driver that keeps each volume as a directory

  --endpoint unix:///PATH   socket to serve (required)
  --root DIR                folder of the volumes (required)
  --node-id NAME            name of this node (required)
  --capacity BYTES          what all volumes together may promise (default: the size of the file system)
  --name NAME               name of the driver (default: ${DIRECTORY_DRIVER_NAME})
  --publish WAY             how volumes appear where they are used: bind (mounts; needs root) or link (symbolic links, which cannot be readonly);
                            default: bind where that works
  --help                    print this
  --version                 print the version`

const OPTIONS = {
  endpoint: { type: 'string' },
  root: { type: 'string' },
  'node-id': { type: 'string' },
  capacity: { type: 'string' },
  name: { type: 'string' },
  publish: { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const

export interface CommandContext {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Aborted to stop the driver. */
  readonly signal: AbortSignal
  readonly clock?: Clock
}

class UsageError extends Error {}

/** Runs the command `kubetape-csi-directory` until it is told to stop; answers its exit code: 0, 1 when it failed, 2 for arguments it cannot use. */
export async function runDirectoryDriver(
  argv: readonly string[],
  { out, err, signal, clock = systemClock() }: CommandContext,
): Promise<number> {
  try {
    const { values } = parse(argv)
    if (values.help === true) out(USAGE)
    else if (values.version === true) out(packageVersion())
    else {
      const root = required('--root', values.root)
      const endpoint = required('--endpoint', values.endpoint)
      const capacityBytes = values.capacity === undefined ? undefined : bytesOf(values.capacity)
      const served = await serveDirectoryDriver({
        root,
        endpoint,
        nodeId: required('--node-id', values['node-id']),
        version: packageVersion(),
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(capacityBytes === undefined ? {} : { capacityBytes }),
        ...(values.publish === undefined ? {} : { placement: placementOf(values.publish) }),
        clock,
        uids: uidSource(systemRandom()),
        warn: (message) => err(`warning: ${message}`),
        onError: (error, rpc) => err(`error: ${rpc}: ${String(error)}`),
      })
      out(readyText(served))
      await aborted(signal)
      await served.stop()
    }
    return 0
  } catch (error) {
    err(`error: ${(error as Error).message}`)
    return error instanceof UsageError ? 2 : 1
  }
}

const PUBLISHED_BY = { bind: 'bind mounts', link: 'symbolic links' } as const

function readyText({ name, endpoint, root, publishes }: ServedDirectoryDriver): string {
  return `${name} is ready at ${endpoint}: volumes in ${root}, published by ${PUBLISHED_BY[publishes]}`
}

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>> {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (see --help)`, { cause: error })
  }
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new UsageError(`Cannot start without ${flag} (see --help)`)
  return value
}

function bytesOf(text: string): number {
  const bytes = Number(text)
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(bytes))
    throw new UsageError(`Cannot use --capacity "${text}": it must be a whole number of bytes`)
  return bytes
}

function placementOf(way: string): Placement {
  if (way === 'bind') return bindPlacement()
  if (way === 'link') return linkPlacement()
  throw new UsageError(`Cannot use --publish "${way}": it must be bind or link`)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The release of this package. */
function packageVersion(): string {
  return (createRequire(import.meta.url)('@kubetape/csi/package.json') as { version: string }).version
}
