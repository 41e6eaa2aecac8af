import type { AdmissionPlugin } from './admission.ts'

/** `--enable-admission-plugins` and `--disable-admission-plugins`. */
export interface PluginSelection {
  /** Names of plugins to run beside the default ones. */
  readonly enable?: readonly string[]
  /** Names of plugins not to run. */
  readonly disable?: readonly string[]
}

/** Plugins that v1.31 runs only when they are asked for, as far as they are served. */
const OPTIONAL: ReadonlySet<string> = new Set(['NodeRestriction'])
/** Plugins that v1.31 has on by default (kube-apiserver reference, `--enable-admission-plugins`). */
const DEFAULT: ReadonlySet<string> = new Set([
  'CertificateApproval',
  'CertificateSigning',
  'CertificateSubjectRestriction',
  'ClusterTrustBundleAttest',
  'DefaultIngressClass',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
  'LimitRanger',
  'MutatingAdmissionWebhook',
  'NamespaceLifecycle',
  'PersistentVolumeClaimResize',
  'PodSecurity',
  'Priority',
  'ResourceQuota',
  'RuntimeClass',
  'ServiceAccount',
  'StorageObjectInUseProtection',
  'TaintNodesByCondition',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
])

/** The plugins of a chain that are to run, in its order. */
export function selectPlugins(plugins: readonly AdmissionPlugin[], { enable = [], disable = [] }: PluginSelection): AdmissionPlugin[] {
  return plugins.filter(({ name }) => !disable.includes(name) && (!OPTIONAL.has(name) || enable.includes(name)))
}

/** What is wrong with a selection; undefined when nothing is. */
export function pluginSelectionError({ enable = [], disable = [] }: PluginSelection): string | undefined {
  const known = new Set([...DEFAULT, ...OPTIONAL])
  const unknown = [...enable, ...disable].find((name) => !known.has(name))
  if (unknown !== undefined)
    return `Cannot select admission plugin ${JSON.stringify(unknown)}: there is no such plugin; there are ${[...known].sort().join(', ')}`
  const both = enable.find((name) => disable.includes(name))
  return both === undefined ? undefined : `Cannot select admission plugin ${JSON.stringify(both)}: it is enabled and disabled`
}
