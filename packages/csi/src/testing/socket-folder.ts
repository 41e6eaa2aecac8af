import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder for sockets, and the endpoint of one in it; `remove` clears it away. */
export function socketFolder(): { endpoint: (name?: string) => string; path: (name?: string) => string; remove: () => void } {
  // Paths of sockets are short, so that the name is.
  const folder = mkdtempSync(join(tmpdir(), 'csi-'))
  const path = (name = 'csi'): string => join(folder, `${name}.sock`)
  return { endpoint: (name) => `unix://${path(name)}`, path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
