const IN_TREE = 'it was removed in v1.31; the CSI driver always serves these volumes, so take the gate out of your settings'

/** What to do about gates that earlier releases had, by name. */
const removedGates: Readonly<Record<string, string>> = {
  InTreePluginAWSUnregister: IN_TREE,
  InTreePluginAzureDiskUnregister: IN_TREE,
  InTreePluginAzureFileUnregister: IN_TREE,
  InTreePluginGCEUnregister: IN_TREE,
  InTreePluginOpenStackUnregister: IN_TREE,
  InTreePluginvSphereUnregister: IN_TREE,
}

/** The refusal of a gate that is not known: upstream's text, and for a removed gate what to do about it. */
export function unrecognizedGate(name: string): string {
  const advice = Object.hasOwn(removedGates, name) ? removedGates[name] : undefined
  return `unrecognized feature gate: ${name}${advice === undefined ? '' : ` (${advice})`}`
}
