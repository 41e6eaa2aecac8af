/**
 * Names of kube-controller-manager v1.31 for controllers that are built in here: ours by theirs, which end in `-controller`, and by the older ones
 * that it takes too.
 */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  'certificatesigningrequest-approving-controller': ['certificatesigningrequest-approving'],
  'certificatesigningrequest-cleaner-controller': ['certificatesigningrequest-cleaner'],
  'certificatesigningrequest-signing-controller': ['certificatesigningrequest-signing'],
  'cronjob-controller': ['cronjob'],
  'garbage-collector-controller': ['garbage-collector'],
  'job-controller': ['job', 'job-orphan-pods'],
  'namespace-controller': ['namespace'],
  'node-lifecycle-controller': ['node-taints'],
  'persistentvolume-binder-controller': [
    'persistentvolume-binder-claims',
    'persistentvolume-binder-volumes',
    'persistentvolume-binder-leftovers',
  ],
  'pod-garbage-collector-controller': ['pod-garbage-collector'],
  'root-ca-certificate-publisher-controller': ['root-ca-certificate-publisher'],
  'serviceaccount-controller': ['serviceaccount'],
  'serviceaccount-token-controller': ['serviceaccount-token'],
  'ttl-after-finished-controller': ['ttl-after-finished'],
  attachdetach: ['persistentvolume-attach-detach-controller'],
  bootstrapsigner: ['bootstrap-signer-controller'],
  'clusterrole-aggregation': ['clusterrole-aggregation-controller'],
  csrapproving: ['certificatesigningrequest-approving'],
  csrcleaner: ['certificatesigningrequest-cleaner'],
  csrsigning: ['certificatesigningrequest-signing'],
  endpoint: ['endpoints-controller'],
  endpointslice: ['endpointslice-controller'],
  endpointslicemirroring: ['endpointslice-mirroring-controller'],
  'ephemeral-volume': ['ephemeral-volume-controller'],
  garbagecollector: ['garbage-collector'],
  nodelifecycle: ['node-taints'],
  'persistentvolume-binder': ['persistentvolume-binder-claims', 'persistentvolume-binder-volumes', 'persistentvolume-binder-leftovers'],
  'persistentvolume-expander': ['persistentvolume-expander-controller'],
  podgc: ['pod-garbage-collector'],
  'pv-protection': ['persistentvolume-protection-controller'],
  'pvc-protection': ['persistentvolumeclaim-protection-controller'],
  resourcequota: ['resourcequota-controller'],
  'root-ca-cert-publisher': ['root-ca-certificate-publisher'],
  tokencleaner: ['token-cleaner-controller'],
}

/** Its other controllers, by both kinds of names: they may be left out, which changes nothing, and cannot be run. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'cloud-node-lifecycle',
  'cloud-node-lifecycle-controller',
  'daemonset',
  'daemonset-controller',
  'deployment',
  'deployment-controller',
  'disruption',
  'disruption-controller',
  'horizontal-pod-autoscaler-controller',
  'horizontalpodautoscaling',
  'legacy-service-account-token-cleaner',
  'legacy-serviceaccount-token-cleaner-controller',
  'node-ipam-controller',
  'node-route-controller',
  'nodeipam',
  'replicaset',
  'replicaset-controller',
  'replicationcontroller',
  'replicationcontroller-controller',
  'resource-claim-controller',
  'resourceclaim-controller',
  'route',
  'service',
  'service-lb-controller',
  'statefulset',
  'statefulset-controller',
  'storage-version-gc',
  'storage-version-migrator-controller',
  'storageversion-garbage-collector-controller',
  'taint-eviction-controller',
  'ttl',
  'ttl-controller',
])

/** Run only when they are named. */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set([
  'bootstrap-signer-controller',
  'token-cleaner-controller',
  // Of v1.32: v1.31 lets a class that is in use go at once.
  'volumeattributesclass-protection-controller',
])

/** Those of these words of `--controllers` that name nothing: a controller that is not there may be left out, if upstream has it. */
export function unknownControllers(names: readonly string[], words: readonly string[]): string[] {
  return words.filter((word) => {
    const name = word.replace(/^-/, '')
    if (word === '*' || names.includes(name) || Object.hasOwn(BUILT_IN, name)) return false
    return !(word.startsWith('-') && ELSEWHERE.has(name))
  })
}

/**
 * Which of these names the words of `--controllers` choose, as kube-controller-manager reads them: `*` all that are on by default, `name`, `-name`; of
 * words about the same controller the first counts.
 */
export function chosenNames(names: readonly string[], words: readonly string[]): ReadonlySet<string> {
  const named = words.map((word) => {
    const isOff = word.startsWith('-')
    const name = isOff ? word.slice(1) : word
    return { isOff, names: BUILT_IN[name] ?? [name] }
  })
  return new Set(
    names.filter((name) => {
      const said = named.find((one) => one.names.includes(name))
      return said === undefined ? words.includes('*') && !OFF_BY_DEFAULT.has(name) : !said.isOff
    }),
  )
}
