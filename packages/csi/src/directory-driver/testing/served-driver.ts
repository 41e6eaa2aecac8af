import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { serveCsiDriver, type ServedCsiDriver } from '../../server/serve-csi-driver.ts'
import { type RawClient, rawClient } from '../../testing/raw-client.ts'
import { socketFolder } from '../../testing/socket-folder.ts'
import { type DirectoryDriver, type DirectoryDriverOptions, openDirectoryDriver } from '../directory-driver.ts'
import { linkPlacement } from '../placement.ts'

export const MIB = 2 ** 20
export const CAPABILITY = { mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } }

export interface WireVolume {
  readonly volumeId: string
  readonly capacityBytes: string
  readonly volumeContext: Record<string, string>
}

/** A directory driver of 100 MiB on a socket, with a client. Publishes by links. */
export class ServedDriver {
  readonly #place = socketFolder()
  readonly #clock = new VirtualClock()
  #seed = 1
  #running: { readonly driver: DirectoryDriver; readonly served: ServedCsiDriver; readonly client: RawClient } | undefined

  /** Where everything of a test lies. */
  get folder(): string {
    return dirname(this.#place.path())
  }

  get root(): string {
    return join(this.folder, 'root')
  }

  open(more: Partial<DirectoryDriverOptions> = {}): Promise<DirectoryDriver> {
    return openDirectoryDriver({
      root: this.root,
      nodeId: 'here',
      version: '7',
      capacityBytes: 100 * MIB,
      clock: this.#clock,
      uids: uidSource(seededRandom(this.#seed++)),
      placement: linkPlacement(),
      ...more,
    })
  }

  async start(): Promise<void> {
    const driver = await this.open()
    const served = await serveCsiDriver({ endpoint: this.#place.endpoint(), driver: driver.handlers })
    this.#running = { driver, served, client: await rawClient(served.endpoint) }
  }

  end(): void {
    this.#running?.client.close()
    this.#running?.served.kill()
    this.#running?.driver.close()
    this.#running = undefined
  }

  async restart(): Promise<void> {
    this.end()
    await this.start()
  }

  remove(): void {
    this.end()
    rmSync(this.root, { recursive: true, force: true })
    this.#place.remove()
  }

  call(...request: Parameters<RawClient['call']>): Promise<object> {
    if (this.#running === undefined) throw new Error('Cannot call the driver: it does not run')
    return this.#running.client.call(...request)
  }

  controller(rpc: string, request?: object): Promise<object> {
    return this.call('Controller', rpc, request)
  }

  node(rpc: string, request?: object): Promise<object> {
    return this.call('Node', rpc, request)
  }

  async create(name: string, more: object = {}): Promise<WireVolume> {
    const request = { name, capacityRange: { requiredBytes: MIB }, volumeCapabilities: [CAPABILITY], ...more }
    return ((await this.controller('CreateVolume', request)) as { volume: WireVolume }).volume
  }
}
