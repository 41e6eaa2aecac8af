import { hostPathPlugin, type HostPathOptions, nfsPlugin } from './host-path-plugin.ts'
import type { VolumePlugin } from './volume-plugin.ts'

/** What the controllers of volumes and claims can do without a driver. */
export interface InTreeOptions {
  readonly plugins: readonly VolumePlugin[]
}

/** The plugins of kube-controller-manager v1.31 that can provision, delete or recycle; Portworx' has moved to its driver. */
export const inTreePlugins = (hostPath: HostPathOptions): readonly VolumePlugin[] => [hostPathPlugin(hostPath), nfsPlugin]
