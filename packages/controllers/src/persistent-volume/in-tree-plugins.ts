import { hostPathPlugin, type HostPathOptions, nfsPlugin } from './host-path-plugin.ts'
import type { UnfinishedStorage } from './unfinished-storage.ts'
import type { VolumePlugin } from './volume-plugin.ts'

/** What the controllers of volumes and claims can do without a driver. */
export interface InTreeOptions {
  readonly plugins: readonly VolumePlugin[]
  /** What their provisioners began; one and the same for the controllers of a process. Default: remembered by nobody else. */
  readonly unfinished?: UnfinishedStorage
}

/** The plugins of kube-controller-manager v1.31 that can provision, delete or recycle; Portworx' has moved to its driver. */
export const inTreePlugins = (hostPath: HostPathOptions): readonly VolumePlugin[] => [hostPathPlugin(hostPath), nfsPlugin]
