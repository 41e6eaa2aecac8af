import type { RoleData } from './role-data.ts'

const EVENTS = 'create,patch,update +events events'

/**
 * What each controller of kube-controller-manager v1.31 may do. The role `system:controller:NAME` is bound to the service account NAME of kube-system
 * (Kubernetes documentation, "Roles for built-in controllers").
 */
export const CONTROLLER_ROLES: readonly RoleData[] = [
  {
    name: 'attachdetach-controller',
    rules: [
      'list,watch + persistentvolumeclaims,persistentvolumes',
      'read + nodes',
      'patch,update + nodes/status',
      'list,watch + pods',
      EVENTS,
      'create,delete,get,list,watch storage volumeattachments',
      'read storage csidrivers',
      'read storage csinodes',
    ],
  },
  { name: 'clusterrole-aggregation-controller', rules: ['escalate,get,list,patch,update,watch rbac.authorization clusterroles'] },
  {
    name: 'cronjob-controller',
    rules: [
      'get,list,update,watch batch cronjobs',
      'create,delete,get,list,patch,update,watch batch jobs',
      'update batch cronjobs/status',
      'update batch cronjobs/finalizers',
      'delete,list,watch + pods',
      EVENTS,
    ],
  },
  {
    name: 'daemon-set-controller',
    rules: [
      'read apps+extensions daemonsets',
      'update apps+extensions daemonsets/status',
      'update apps+extensions daemonsets/finalizers',
      'list,watch + nodes',
      'create,delete,list,patch,watch + pods',
      'create + pods/binding',
      'create,delete,get,list,patch,update,watch apps controllerrevisions',
      EVENTS,
    ],
  },
  {
    name: 'deployment-controller',
    rules: [
      'get,list,update,watch apps+extensions deployments',
      'update apps+extensions deployments/status',
      'update apps+extensions deployments/finalizers',
      'create,delete,get,list,patch,update,watch apps+extensions replicasets',
      'get,list,update,watch + pods',
      EVENTS,
    ],
  },
  {
    name: 'disruption-controller',
    rules: [
      'read apps+extensions deployments',
      'read apps+extensions replicasets',
      'read + replicationcontrollers',
      'read policy poddisruptionbudgets',
      'read apps statefulsets',
      'update policy poddisruptionbudgets/status',
      'patch,update + pods/status',
      'get * */scale',
      EVENTS,
    ],
  },
  {
    name: 'endpoint-controller',
    rules: ['read + pods,services', 'create,delete,get,list,update + endpoints', 'create + endpoints/restricted', EVENTS],
  },
  {
    name: 'endpointslice-controller',
    rules: [
      'read + nodes,pods,services',
      'update + services/finalizers',
      'create,delete,get,list,update,watch discovery endpointslices',
      EVENTS,
    ],
  },
  {
    name: 'endpointslicemirroring-controller',
    rules: [
      'read + endpoints,services',
      'update + services/finalizers',
      'update + endpoints/finalizers',
      'create,delete,get,list,update,watch discovery endpointslices',
      EVENTS,
    ],
  },
  {
    name: 'expand-controller',
    rules: [
      'get,list,patch,update,watch + persistentvolumes',
      'patch,update + persistentvolumeclaims/status',
      'read + persistentvolumeclaims',
      EVENTS,
      'get + services',
    ],
  },
  {
    name: 'ephemeral-volume-controller',
    rules: ['read + pods', 'update + pods/finalizers', 'create,get,list,watch + persistentvolumeclaims', EVENTS],
  },
  {
    name: 'resource-claim-controller',
    gate: 'DynamicResourceAllocation',
    rules: [
      'read + pods',
      'update + pods/finalizers',
      'create,delete,get,list,watch resource resourceclaims',
      'read resource podschedulingcontexts',
      'patch,update resource resourceclaims,resourceclaims/status',
      'patch,update + pods/status',
      EVENTS,
    ],
  },
  { name: 'generic-garbage-collector', rules: ['delete,get,list,patch,update,watch * *', EVENTS] },
  {
    name: 'horizontal-pod-autoscaler',
    rules: [
      'read autoscaling horizontalpodautoscalers',
      'update autoscaling horizontalpodautoscalers/status',
      'get,update * */scale',
      'list,watch + pods',
      'list,watch metrics pods',
      'read custom.metrics *',
      'read external.metrics *',
      EVENTS,
    ],
  },
  {
    name: 'job-controller',
    rules: [
      'get,list,patch,update,watch batch jobs',
      'update batch jobs/status',
      'update batch jobs/finalizers',
      'create,delete,list,patch,watch + pods',
      EVENTS,
    ],
  },
  {
    name: 'namespace-controller',
    rules: [
      'delete,get,list,watch + namespaces',
      'update + namespaces/finalize,namespaces/status',
      'delete,deletecollection,get,list,watch * *',
    ],
  },
  {
    name: 'node-controller',
    rules: [
      'delete,get,list,patch,update,watch + nodes',
      'patch,update + nodes/status',
      'patch,update + pods/status',
      'delete,get,list,watch + pods',
      EVENTS,
    ],
  },
  {
    name: 'persistent-volume-binder',
    rules: [
      'create,delete,get,list,update,watch + persistentvolumes',
      'update + persistentvolumes/status',
      'get,list,update,watch + persistentvolumeclaims',
      'update + persistentvolumeclaims/status',
      'create,delete,get,list,watch + pods',
      'read storage storageclasses',
      'list,watch + nodes',
      EVENTS,
      'watch + events',
      'get + services',
    ],
  },
  { name: 'pod-garbage-collector', rules: ['delete,list,watch + pods', 'read + nodes', 'patch + pods/status'] },
  {
    name: 'replicaset-controller',
    rules: [
      'get,list,update,watch apps+extensions replicasets',
      'update apps+extensions replicasets/status',
      'update apps+extensions replicasets/finalizers',
      'create,delete,list,patch,watch + pods',
      EVENTS,
    ],
  },
  {
    name: 'replication-controller',
    rules: [
      'get,list,update,watch + replicationcontrollers',
      'update + replicationcontrollers/status',
      'update + replicationcontrollers/finalizers',
      'create,delete,list,patch,watch + pods',
      EVENTS,
    ],
  },
  { name: 'resourcequota-controller', rules: ['list,watch * *', 'update + resourcequotas/status', EVENTS] },
  { name: 'route-controller', rules: ['list,watch + nodes', 'patch + nodes/status', EVENTS] },
  { name: 'service-account-controller', rules: ['create + serviceaccounts', EVENTS] },
  { name: 'service-controller', rules: ['read + services', 'patch,update + services/status', 'list,watch + nodes', EVENTS] },
  {
    name: 'service-cidrs-controller',
    gate: 'MultiCIDRServiceAllocator',
    rules: [
      'get,list,patch,update,watch networking servicecidrs',
      'patch,update networking servicecidrs/finalizers',
      'patch,update networking servicecidrs/status',
      'read networking ipaddresses',
      EVENTS,
    ],
  },
  {
    name: 'statefulset-controller',
    rules: [
      'list,watch + pods',
      'read apps statefulsets',
      'update apps statefulsets/status',
      'update apps statefulsets/finalizers',
      'create,delete,get,patch,update + pods',
      'create,delete,get,list,patch,update,watch apps controllerrevisions',
      'create,get,list,watch + persistentvolumeclaims',
      EVENTS,
      '?StatefulSetAutoDeletePVC delete,update + persistentvolumeclaims',
      '?StatefulSetAutoDeletePVC update + pods/finalizers',
    ],
  },
  { name: 'ttl-controller', rules: ['list,patch,update,watch + nodes', EVENTS] },
  {
    name: 'certificate-controller',
    rules: [
      'delete,get,list,watch certificates certificatesigningrequests',
      'update certificates certificatesigningrequests/approval,certificatesigningrequests/status',
      'approve certificates signers kubernetes.io/kube-apiserver-client-kubelet',
      'sign certificates signers kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown',
      'create authorization subjectaccessreviews',
      EVENTS,
    ],
  },
  { name: 'pvc-protection-controller', rules: ['get,list,update,watch + persistentvolumeclaims', 'read + pods', EVENTS] },
  { name: 'pv-protection-controller', rules: ['get,list,update,watch + persistentvolumes', EVENTS] },
  { name: 'ttl-after-finished-controller', rules: ['delete,get,list,watch batch jobs', EVENTS] },
  { name: 'root-ca-cert-publisher', rules: ['create,update + configmaps', EVENTS] },
  {
    name: 'validatingadmissionpolicy-status-controller',
    rules: [
      'read admissionregistration validatingadmissionpolicies',
      'get,patch,update admissionregistration validatingadmissionpolicies/status',
      EVENTS,
    ],
  },
  {
    name: 'storage-version-garbage-collector',
    gate: 'StorageVersionAPI',
    rules: [
      'read coordination leases',
      'delete,get,list,patch,update,watch internal.apiserver storageversions',
      'get,patch,update internal.apiserver storageversions/status',
    ],
  },
  {
    name: 'legacy-service-account-token-cleaner',
    rules: ['get + configmaps kube-apiserver-legacy-service-account-token-tracking', 'delete,patch + secrets'],
  },
  {
    name: 'storage-version-migrator-controller',
    gate: 'StorageVersionMigrator',
    rules: ['create,list,patch,watch * *', 'update storagemigration storageversionmigrations/status'],
  },
]
