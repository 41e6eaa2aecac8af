import type { CsiParameters } from '@kubetape/csi'

/** Parameters with this prefix are for the provisioner; no driver ever sees them. */
export const PARAMETER_PREFIX = 'csi.storage.k8s.io/'

const FSTYPE = `${PARAMETER_PREFIX}fstype`

/** What a Secret is for, with the names of its parameters. */
export interface SecretPurpose {
  /** In error texts. */
  readonly title: string
  /** Names of the parameters begin with it: `provisioner` for `csi.storage.k8s.io/provisioner-secret-name`; empty for the default Secret. */
  readonly prefix: string
  /** Names of the parameters before they had a prefix, which drivers do see: `csiProvisioner` for `csiProvisionerSecretName`. */
  readonly deprecated?: string
}

export const DEFAULT_SECRET: SecretPurpose = { title: 'Default', prefix: '' }
export const PROVISIONER_SECRET: SecretPurpose = { title: 'Provisioner', prefix: 'provisioner-', deprecated: 'csiProvisioner' }
export const CONTROLLER_PUBLISH_SECRET: SecretPurpose = {
  title: 'ControllerPublish',
  prefix: 'controller-publish-',
  deprecated: 'csiControllerPublish',
}
export const NODE_STAGE_SECRET: SecretPurpose = { title: 'NodeStage', prefix: 'node-stage-', deprecated: 'csiNodeStage' }
export const NODE_PUBLISH_SECRET: SecretPurpose = { title: 'NodePublish', prefix: 'node-publish-', deprecated: 'csiNodePublish' }
export const CONTROLLER_EXPAND_SECRET: SecretPurpose = { title: 'ControllerExpand', prefix: 'controller-expand-' }
export const NODE_EXPAND_SECRET: SecretPurpose = { title: 'NodeExpand', prefix: 'node-expand-' }
/** Read by the resizer from the class itself: no volume has a place for it. */
export const CONTROLLER_MODIFY_SECRET: SecretPurpose = { title: 'ControllerModify', prefix: 'controller-modify-' }

const PURPOSES = [
  DEFAULT_SECRET,
  PROVISIONER_SECRET,
  CONTROLLER_PUBLISH_SECRET,
  NODE_STAGE_SECRET,
  NODE_PUBLISH_SECRET,
  CONTROLLER_EXPAND_SECRET,
  NODE_EXPAND_SECRET,
  CONTROLLER_MODIFY_SECRET,
]

export const secretNameKey = ({ prefix }: SecretPurpose): string => `${PARAMETER_PREFIX}${prefix}secret-name`
export const secretNamespaceKey = ({ prefix }: SecretPurpose): string => `${PARAMETER_PREFIX}${prefix}secret-namespace`

const KNOWN: ReadonlySet<string> = new Set([
  FSTYPE,
  ...PURPOSES.flatMap((purpose) => [secretNameKey(purpose), secretNamespaceKey(purpose)]),
])

/** What is left of a class's parameters for the driver. Throws for one with the reserved prefix that nobody knows. */
export function driverParameters(parameters: CsiParameters): Record<string, string> {
  const left: Record<string, string> = {}
  for (const [key, value] of Object.entries(parameters)) {
    if (!key.startsWith(PARAMETER_PREFIX)) left[key] = value
    else if (!KNOWN.has(key))
      throw new Error(
        `failed to strip CSI Parameters of prefixed keys: found unknown parameter key "${key}" with reserved namespace ${PARAMETER_PREFIX}`,
      )
  }
  return left
}

/** The file system that a class asks for; empty for none. Throws where two parameters say it. */
export function fileSystemOf(parameters: CsiParameters): string {
  const found = Object.keys(parameters).filter((key) => key === FSTYPE || key.toLowerCase() === 'fstype')
  if (found.length > 1) throw new Error(`fstype specified in parameters with both "fstype" and "${FSTYPE}" keys`)
  return found.length === 0 ? '' : parameters[found[0]!]!
}
