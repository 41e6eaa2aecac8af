import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { checkCsiEndpoints } from '@kubetape/csi'
import { linkPlacement, serveDirectoryDriver } from '@kubetape/csi/directory-driver'
import { type Clock, systemRandom, uidSource } from '@kubetape/determinism'
import { packageVersion } from './commands/version.ts'

export interface CsiDirectoryOptions {
  /** The data folder: the socket is there, and the volumes unless `folder` says where. */
  readonly data: string
  readonly folder?: string
  readonly clock: Clock
  readonly warn: (message: string) => void
}

export interface CsiDirectory {
  readonly name: string
  readonly endpoint: string
  /** Real path of the folder of the volumes. */
  readonly root: string
  stop(): Promise<void>
}

/** The one machine that all simulated nodes are. */
const NODE_ID = 'kubetape'

/** Runs the directory driver in this process, for this control plane. Its volumes can be used from every node: simulated ones are all this machine. */
export async function startCsiDirectory({ data, folder, clock, warn }: CsiDirectoryOptions): Promise<CsiDirectory> {
  const socket = placeForSocket(data)
  const serving = serveDirectoryDriver({
    endpoint: socket.endpoint,
    root: folder ?? join(data, 'csi-directory'),
    nodeId: NODE_ID,
    reach: 'everywhere',
    // Simulated Pods need no mounts, and mounts would be left on the machine when this process is killed.
    placement: linkPlacement(),
    version: packageVersion(),
    clock,
    uids: uidSource(systemRandom()),
    warn,
    onError: (error, rpc) => warn(`${rpc} of the directory driver failed: ${String(error)}`),
  })
  const served = await serving.catch((error: unknown) => {
    socket.remove()
    throw error
  })
  return {
    name: served.name,
    endpoint: served.endpoint,
    root: served.root,
    stop: async () => {
      await served.stop()
      socket.remove()
    },
  }
}

/** In the data folder, where only its owner comes; in a new folder of the owner's where that path is too long for a socket. */
function placeForSocket(data: string): { readonly endpoint: string; readonly remove: () => void } {
  const near = `unix://${join(resolve(data), 'csi-directory.sock')}`
  try {
    checkCsiEndpoints([near])
    return { endpoint: near, remove: () => undefined }
  } catch {
    const path = join(mkdtempSync(join(tmpdir(), 'kubetape-csi-')), 'csi.sock')
    return { endpoint: `unix://${path}`, remove: () => rmdirSync(dirname(path)) }
  }
}
