import { type RemovedFeatureGate, removedFeatureGates } from '@kubetape/api'

/** What to do where a general advice would not help, by gate or by the kind of gate. */
const IN_TREE = 'the CSI driver always serves these volumes'
const REPLACED: Readonly<Record<string, string>> = {
  ExperimentalCriticalPodAnnotation: 'Pods have priorities instead (PriorityClass)',
  PVCProtection: 'its successor StorageObjectInUseProtection is always on',
  RequestManagement: 'its successor APIPriorityAndFairness is always on',
  SecurityContextDeny: 'Pod Security admission does what it was for',
  ServiceTopology: 'see trafficDistribution of Services and TopologyAwareHints',
}

/** The refusal of a gate that is not known: upstream's text, and for a removed gate since when and what to do about it. */
export function unrecognizedGate(name: string): string {
  const gate = removedFeatureGates().find((one) => one.name === name)
  return `unrecognized feature gate: ${name}${gate === undefined ? '' : ` (${adviceOn(gate)})`}`
}

function adviceOn(gate: RemovedFeatureGate): string {
  return `it was removed in v${nextRelease(gate.until)}; ${whatBecameOf(gate)}, so ${gate.now === undefined ? 'take the gate out of your settings' : `set ${gate.now} instead`}`
}

function whatBecameOf({ name, stage, default: on, now }: RemovedFeatureGate): string {
  if (now !== undefined) return `it is called ${now} now`
  if (/^InTreePlugin\w+Unregister$/.test(name) && name !== 'InTreePluginRBDUnregister') return IN_TREE
  const own = Object.hasOwn(REPLACED, name) ? REPLACED[name] : undefined
  if (own !== undefined) return own
  if (stage === 'GA') return `what it switched is always ${on ? 'on' : 'off'}`
  return 'what it switched was given up'
}

/** Kubernetes counts minor releases up; none of major 1 was left out. */
function nextRelease(version: string): string {
  const [major = '1', minor = '0'] = version.split('.')
  return `${major}.${Number(minor) + 1}`
}
