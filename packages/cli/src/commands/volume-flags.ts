import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'

/** Flags about volumes, named as kube-controller-manager names them where it has them. */
export interface VolumeFlags {
  enableHostpathProvisioner?: boolean
  hostpathRoot?: string
  csiEndpoint?: string[]
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addVolumeFlags(command: Command): Command {
  return command
    .optionsGroup('Volumes:')
    .option(
      '--enable-hostpath-provisioner',
      'make volumes of classes with the provisioner kubernetes.io/host-path: directories of this machine',
    )
    .option('--hostpath-root <folder>', 'folder that stands for / of the nodes in host paths (default: host-path in the data folder)')
    .option('--csi-endpoint <socket>', 'CSI driver to work with: unix:///path/to.sock, now or when it is there (repeatable)', collect)
}

/** What these flags say, as options. */
export function volumeOptions({
  enableHostpathProvisioner: provisions = false,
  hostpathRoot: root,
  csiEndpoint: csiEndpoints,
}: VolumeFlags): Pick<ControlPlaneOptions, 'hostPath' | 'csiEndpoints'> {
  return { hostPath: { provisions, ...(root === undefined ? {} : { root }) }, ...(csiEndpoints === undefined ? {} : { csiEndpoints }) }
}
