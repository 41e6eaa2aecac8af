import { lstatSync } from 'node:fs'
import { type Clock, sleep } from '@kubetape/determinism'
import type { CsiDriver, CsiDriverInfo } from '../csi-driver.ts'
import { socketPathOf } from '../csi-endpoint.ts'
import { csiCodeOf } from '../csi-error.ts'
import type { Codec, CsiMethod } from '../protocol/codec.ts'
import { controllerMethods } from '../protocol/controller-methods.ts'
import { decodePluginCapabilities, decodePluginInfo, decodeReady, decodeRpcCapabilities } from '../protocol/identity.ts'
import { type CsiServiceName, loadProtocol } from '../protocol/load-protocol.ts'
import { nodeMethods } from '../protocol/node-methods.ts'
import { CsiConnection } from './csi-connection.ts'
import { type CsiMethodName, type CsiTimeoutsMs, DEFAULT_TIMEOUTS_MS } from './timeouts.ts'

export interface ConnectCsiDriverOptions {
  /** `unix:///path/to.sock`; it need not be there yet. */
  readonly endpoint: string
  readonly clock: Clock
  /** Default: DEFAULT_TIMEOUTS_MS. */
  readonly timeoutsMs?: Partial<CsiTimeoutsMs>
  /** Ends waiting for the driver; the connection that there is then is closed. */
  readonly signal?: AbortSignal
  /** Told why there is no driver yet, at every attempt. */
  readonly onWaiting?: (error: Error) => void
}

export interface ConnectedCsiDriver extends CsiDriver {
  /** Resolves when the driver has gone away, or after `close`: then every call is refused with UNAVAILABLE. Connect anew. */
  readonly lost: Promise<void>
  close(): void
}

/** As kubernetes-csi's components wait for their driver. */
const RETRY_MS = 1000

/**
 * Connects to the driver at a socket. What a caller may rely on:
 *
 * - It waits for the socket, and until the driver says that it is ready; it looks every second. It throws at once for an endpoint that cannot be one.
 * - Every method rejects with a CsiError only; after its time-out with DEADLINE_EXCEEDED, whether or not the driver goes on with it.
 * - Two calls for one volume are never under way together: the second waits, and is refused with ABORTED when its time-out ends before.
 * - Where no answer of the driver was read, for whatever reason, the code is UNAVAILABLE: `isFinal` is false.
 * - No value of a request's secrets stands in an error.
 */
export async function connectCsiDriver(options: ConnectCsiDriverOptions): Promise<ConnectedCsiDriver> {
  const { endpoint, clock, signal, onWaiting = () => undefined } = options
  const path = socketPathOf(endpoint)
  const timeoutsMs = { ...DEFAULT_TIMEOUTS_MS, ...options.timeoutsMs }
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await attempt(path, clock, timeoutsMs, signal)
    } catch (error) {
      signal?.throwIfAborted()
      onWaiting(new Error(`Cannot connect to the CSI driver at unix://${path}: ${(error as Error).message}`, { cause: error }))
    }
    await sleep(clock, RETRY_MS, signal === undefined ? {} : { signal })
  }
}

async function attempt(
  path: string,
  clock: Clock,
  timeoutsMs: CsiTimeoutsMs,
  signal: AbortSignal | undefined,
): Promise<ConnectedCsiDriver> {
  // Looked for first, because gRPC takes long to load and nobody needs it yet.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) throw new Error('there is no such socket')
  const connection = new CsiConnection({ protocol: await loadProtocol(), path, clock })
  const stop = (): void => connection.close()
  signal?.addEventListener('abort', stop)
  void connection.lost.then(() => signal?.removeEventListener('abort', stop))
  try {
    const info = await introduced(connection, timeoutsMs.probe)
    signal?.throwIfAborted()
    connection.watch()
    return driverOf(connection, info, timeoutsMs)
  } catch (error) {
    connection.close()
    throw error
  }
}

/** A driver's name by the protocol: at most 63 letters, digits, dashes and dots, of which the first and the last are letters or digits. */
const DRIVER_NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/i

async function introduced(connection: CsiConnection, timeoutMs: number): Promise<CsiDriverInfo> {
  const ask = <T>(service: CsiServiceName, rpc: string, decode: (wire: object) => T): Promise<T> =>
    connection.call(question(service, rpc, decode), undefined, timeoutMs)
  if (!(await ask('Identity', 'Probe', decodeReady))) throw new Error('the driver is not ready yet')
  const { name, vendorVersion } = await ask('Identity', 'GetPluginInfo', decodePluginInfo)
  if (!DRIVER_NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a driver`)
  const pluginCapabilities = await ask('Identity', 'GetPluginCapabilities', decodePluginCapabilities)
  const controllerCapabilities = pluginCapabilities.includes('CONTROLLER_SERVICE')
    ? await ask('Controller', 'ControllerGetCapabilities', decodeRpcCapabilities)
    : []
  const nodeCapabilities = await ask('Node', 'NodeGetCapabilities', decodeRpcCapabilities).catch(withoutNodes)
  return { name, vendorVersion, pluginCapabilities, controllerCapabilities, nodeCapabilities }
}

/** What serves controllers may run apart from what serves nodes. */
function withoutNodes(error: unknown): string[] {
  if (csiCodeOf(error) === 'UNIMPLEMENTED') return []
  throw error
}

function question<T>(service: CsiServiceName, rpc: string, decode: (wire: object) => T): CsiMethod<void, T> {
  const answer: Codec<T> = { encode: (value) => value as object, decode }
  return { service, rpc, request: { encode: () => ({}), decode: () => undefined }, answer }
}

function driverOf(connection: CsiConnection, info: CsiDriverInfo, timeoutsMs: CsiTimeoutsMs): ConnectedCsiDriver {
  const methods: Readonly<Record<string, unknown>> = { ...controllerMethods, ...nodeMethods }
  const names = Object.keys(DEFAULT_TIMEOUTS_MS).filter((name) => name !== 'probe') as CsiMethodName[]
  const calls = names.map((name) => {
    const method = methods[name] as CsiMethod<unknown, unknown>
    return [name, (request: unknown) => connection.call(method, request, timeoutsMs[name])] as const
  })
  const driver = Object.fromEntries(calls) as unknown as Omit<CsiDriver, 'info'>
  return { ...driver, info, lost: connection.lost, close: () => connection.close() }
}
