import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { createConnection } from 'node:net'
import type * as grpc from '@grpc/grpc-js'
import { CsiError, csiCodeOf } from '../csi-error.ts'
import type { CsiDriverHandlers } from '../csi-driver-handlers.ts'
import { socketPathOf } from '../csi-endpoint.ts'
import type { CsiMethod } from '../protocol/codec.ts'
import { controllerMethods } from '../protocol/controller-methods.ts'
import { encodePluginCapabilities, encodeRpcCapabilities } from '../protocol/identity.ts'
import { loadProtocol, type Protocol, rpcOf } from '../protocol/load-protocol.ts'
import { CsiMessageError } from '../protocol/message-error.ts'
import { nodeMethods } from '../protocol/node-methods.ts'

export interface ServeCsiDriverOptions {
  /** `unix:///path/to.sock` */
  readonly endpoint: string
  readonly driver: CsiDriverHandlers
  /** Told of what a handler threw that is no CsiError; the client hears INTERNAL and the message. Default: nobody. */
  readonly onError?: (error: unknown, rpc: string) => void
}

export interface ServedCsiDriver {
  readonly endpoint: string
  /** Lets calls end that have begun, and removes the socket. */
  stop(): Promise<void>
  /** Cuts every connection off at once, as a crash of the driver would. */
  kill(): void
}

/**
 * Serves a driver on a Unix socket that only its user can reach (mode 0600). A socket that a crashed driver left behind is replaced; one that
 * answers is refused.
 */
export async function serveCsiDriver({ endpoint, driver, onError = () => undefined }: ServeCsiDriverOptions): Promise<ServedCsiDriver> {
  const path = socketPathOf(endpoint)
  await removeStaleSocket(path)
  const protocol = await loadProtocol()
  const server = new protocol.grpc.Server()
  const add: Add = (method, handle) => {
    const definition = rpcOf(protocol, method.service, method.rpc)
    server.register(
      definition.path,
      unary(protocol, method, handle, onError),
      definition.responseSerialize,
      definition.requestDeserialize,
      'unary',
    )
  }
  addIdentity(add, driver)
  const handlers = driver as unknown as Readonly<Record<string, ((request: unknown) => unknown) | undefined>>
  for (const [name, method] of Object.entries({ ...controllerMethods, ...nodeMethods }))
    // Called as a method: it may need its object.
    if (handlers[name] !== undefined) add(method, (request) => handlers[name]?.(request))
  await listen(server, protocol, path)
  return {
    endpoint: `unix://${path}`,
    stop: () => new Promise((resolve, reject) => server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)))),
    kill: () => server.forceShutdown(),
  }
}

type Add = (method: CsiMethod<unknown, unknown>, handle: (request: unknown) => unknown) => void

/** The services' questions about themselves have messages of their own, and need no handler. */
function addIdentity(add: Add, driver: CsiDriverHandlers): void {
  const plain = { encode: (value: unknown) => value as object, decode: (wire: object) => wire }
  const ask = (service: CsiMethod<unknown, unknown>['service'], rpc: string, answer: () => unknown): void =>
    add({ service, rpc, request: plain, answer: plain }, answer)
  ask('Identity', 'GetPluginInfo', () => ({ name: driver.info.name, vendorVersion: driver.info.vendorVersion }))
  ask('Identity', 'GetPluginCapabilities', () => encodePluginCapabilities(driver.info))
  ask('Identity', 'Probe', async () => ({ ready: { value: (await driver.probe?.())?.ready ?? true } }))
  ask('Node', 'NodeGetCapabilities', () => encodeRpcCapabilities(driver.info.nodeCapabilities))
  if (driver.info.pluginCapabilities.includes('CONTROLLER_SERVICE'))
    ask('Controller', 'ControllerGetCapabilities', () => encodeRpcCapabilities(driver.info.controllerCapabilities))
}

function unary(
  { grpc: { status } }: Protocol,
  { rpc, request, answer }: CsiMethod<unknown, unknown>,
  handle: (request: unknown) => unknown,
  onError: (error: unknown, rpc: string) => void,
): grpc.handleUnaryCall<object, object> {
  const respond = async (wire: object): Promise<object> => {
    let decoded: unknown
    try {
      decoded = request.decode(wire)
    } catch (error) {
      if (error instanceof CsiMessageError) throw new CsiError('INVALID_ARGUMENT', error.message, { cause: error })
      throw error
    }
    return answer.encode(await handle(decoded))
  }
  return (call, callback) => {
    respond(call.request).then(
      (message) => callback(null, message),
      (error: unknown) => {
        const code = csiCodeOf(error)
        if (code === undefined) onError(error, rpc)
        callback({ code: status[code ?? 'INTERNAL'], details: error instanceof Error ? error.message : String(error) })
      },
    )
  }
}

function listen(server: grpc.Server, { grpc: { ServerCredentials } }: Protocol, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix://${path}`, ServerCredentials.createInsecure(), (error) => {
      if (error !== null) {
        reject(new Error(`Cannot listen on ${path}: ${error.message}`, { cause: error }))
        return
      }
      chmodSync(path, 0o600)
      resolve()
    })
  })
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new Error(`Cannot listen on ${path}: there is a file that is no socket`)
  if (await answers(path)) throw new Error(`Cannot listen on ${path}: another process does`)
  unlinkSync(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
