import { join } from 'node:path'
import type { HostPathOptions } from '@kubetape/controllers'
import { HostPathFolders, NO_FOLDERS } from './host-path-directories.ts'
import { ControlPlaneOptionError } from './option-error.ts'

/** Volumes that are directories of this machine, for tests and development. */
export interface HostPathVolumes {
  /** Make them for claims whose class names kubernetes.io/host-path (`--enable-hostpath-provisioner`). Default false. */
  readonly provisions?: boolean
  /** The folder that stands for `/` of the nodes: the volume's /tmp/hostpath_pv/x is tmp/hostpath_pv/x in it. Default: `host-path` in the data folder. */
  readonly root?: string
}

/** Throws a ControlPlaneOptionError when there is nowhere to make directories in. */
export function checkHostPath(data: string | undefined, { provisions, root }: HostPathVolumes): void {
  if (provisions === true && root === undefined && data === undefined)
    throw new ControlPlaneOptionError('Cannot provision host-path volumes: there is neither a data folder nor a root for their directories')
  if (root === '') throw new ControlPlaneOptionError('Cannot use "" as the root of host-path volumes: it must name a folder')
}

/** What the controllers work with. */
export function hostPathOptions(data: string | undefined, { provisions = false, root }: HostPathVolumes = {}): HostPathOptions {
  const folder = root ?? (data === undefined ? undefined : join(data, 'host-path'))
  return { directories: folder === undefined ? NO_FOLDERS : new HostPathFolders(folder), provisions }
}
