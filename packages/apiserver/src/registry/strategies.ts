import { policyBindingStrategy } from './admissionregistration/policy-binding-strategy.ts'
import { policyStrategy } from './admissionregistration/policy-strategy.ts'
import { definitionStrategy } from './apiextensions/definition-strategy.ts'
import { controllerRevisionStrategy } from './apps/controller-revision-strategy.ts'
import { daemonSetStrategy } from './apps/daemon-set-strategy.ts'
import { deploymentStrategy } from './apps/deployment-strategy.ts'
import { replicaSetStrategy } from './apps/replica-set-strategy.ts'
import { statefulSetStrategy } from './apps/stateful-set-strategy.ts'
import {
  mutatingWebhookConfigurationStrategy,
  validatingWebhookConfigurationStrategy,
} from './admissionregistration/webhook-configuration-strategy.ts'
import { endpointSliceStrategy } from './discovery/endpoint-slice-strategy.ts'
import { apiServiceStrategy } from './apiregistration/api-service-strategy.ts'
import { autoscalerStrategy } from './autoscaling/autoscaler-strategy.ts'
import { cronJobStrategy } from './batch/cron-job-strategy.ts'
import { jobStrategy } from './batch/job-strategy.ts'
import { leaseCandidateStrategy } from './coordination/lease-candidate-strategy.ts'
import { leaseStrategy } from './coordination/lease-strategy.ts'
import { certificateRequestStrategy } from './certificates/certificate-request-strategy.ts'
import { configMapStrategy } from './core/config-map/config-map-strategy.ts'
import { eventStrategy, newEventStrategy } from './core/event/event-strategy.ts'
import { limitRangeStrategy } from './core/limit-range/limit-range-strategy.ts'
import { namespaceStrategy } from './core/namespace/namespace-strategy.ts'
import { nodeStrategy } from './core/node/node-strategy.ts'
import { podStrategy } from './core/pod/pod-strategy.ts'
import { resourceQuotaStrategy } from './core/resource-quota/resource-quota-strategy.ts'
import { podTemplateStrategy } from './core/pod-template/pod-template-strategy.ts'
import { replicationControllerStrategy } from './core/replication-controller/replication-controller-strategy.ts'
import { secretStrategy } from './core/secret/secret-strategy.ts'
import { serviceAccountStrategy } from './core/service-account/service-account-strategy.ts'
import { endpointsStrategy } from './core/endpoints/endpoints-strategy.ts'
import { serviceStrategy } from './core/service/service-strategy.ts'
import { clusterRoleBindingStrategy, roleBindingStrategy } from './rbac/role-binding-strategy.ts'
import { clusterRoleStrategy, roleStrategy } from './rbac/role-strategy.ts'
import { ingressClassStrategy } from './networking/ingress-class-strategy.ts'
import { ingressStrategy } from './networking/ingress-strategy.ts'
import { ipAddressStrategy } from './networking/ip-address-strategy.ts'
import { networkPolicyStrategy } from './networking/network-policy-strategy.ts'
import { serviceCidrStrategy } from './networking/service-cidr-strategy.ts'
import { runtimeClassStrategy } from './node/runtime-class-strategy.ts'
import { podDisruptionBudgetStrategy } from './policy/pod-disruption-budget-strategy.ts'
import { priorityClassStrategy } from './scheduling/priority-class-strategy.ts'
import { flowSchemaStrategy } from './flowcontrol/flow-schema-strategy.ts'
import { priorityLevelStrategy } from './flowcontrol/priority-level-strategy.ts'
import { claimStrategy } from './core/persistent-volume-claim/claim-strategy.ts'
import { volumeStrategy } from './core/persistent-volume/volume-strategy.ts'
import { csiDriverStrategy } from './storage/csi-driver-strategy.ts'
import { csiNodeStrategy } from './storage/csi-node-strategy.ts'
import { csiStorageCapacityStrategy } from './storage/csi-storage-capacity-strategy.ts'
import { storageClassStrategy } from './storage/storage-class-strategy.ts'
import { volumeAttachmentStrategy } from './storage/volume-attachment-strategy.ts'
import { volumeAttributesClassStrategy } from './storage/volume-attributes-class-strategy.ts'
import { storageVersionMigrationStrategy } from './storagemigration/storage-version-migration-strategy.ts'
import { genericStrategies } from './generic-strategies.ts'
import type { Strategy } from './strategy.ts'

/** Strategies by `group/resource`, whichever version is served; the core group's name is empty. A kind without one has the generic rules only. */
export const strategies: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  ...genericStrategies,
  ['admissionregistration.k8s.io/mutatingwebhookconfigurations', mutatingWebhookConfigurationStrategy],
  ['admissionregistration.k8s.io/validatingwebhookconfigurations', validatingWebhookConfigurationStrategy],
  ['/configmaps', configMapStrategy],
  ['/events', eventStrategy],
  ['/limitranges', limitRangeStrategy],
  ['/namespaces', namespaceStrategy],
  ['/nodes', nodeStrategy],
  ['/persistentvolumeclaims', claimStrategy],
  ['/persistentvolumes', volumeStrategy],
  ['/pods', podStrategy],
  ['/resourcequotas', resourceQuotaStrategy],
  ['/podtemplates', podTemplateStrategy],
  ['/replicationcontrollers', replicationControllerStrategy],
  ['/secrets', secretStrategy],
  ['/serviceaccounts', serviceAccountStrategy],
  ['/services', serviceStrategy],
  ['/endpoints', endpointsStrategy],
  ['discovery.k8s.io/endpointslices', endpointSliceStrategy],
  ['admissionregistration.k8s.io/validatingadmissionpolicies', policyStrategy],
  ['admissionregistration.k8s.io/validatingadmissionpolicybindings', policyBindingStrategy],
  ['apiextensions.k8s.io/customresourcedefinitions', definitionStrategy],
  ['apps/controllerrevisions', controllerRevisionStrategy],
  ['apps/daemonsets', daemonSetStrategy],
  ['apps/deployments', deploymentStrategy],
  ['apps/replicasets', replicaSetStrategy],
  ['apps/statefulsets', statefulSetStrategy],
  ['apiregistration.k8s.io/apiservices', apiServiceStrategy],
  ['autoscaling/horizontalpodautoscalers', autoscalerStrategy],
  ['batch/cronjobs', cronJobStrategy],
  ['batch/jobs', jobStrategy],
  ['certificates.k8s.io/certificatesigningrequests', certificateRequestStrategy],
  ['coordination.k8s.io/leasecandidates', leaseCandidateStrategy],
  ['coordination.k8s.io/leases', leaseStrategy],
  ['events.k8s.io/events', newEventStrategy],
  ['rbac.authorization.k8s.io/clusterrolebindings', clusterRoleBindingStrategy],
  ['rbac.authorization.k8s.io/clusterroles', clusterRoleStrategy],
  ['rbac.authorization.k8s.io/rolebindings', roleBindingStrategy],
  ['rbac.authorization.k8s.io/roles', roleStrategy],
  ['flowcontrol.apiserver.k8s.io/flowschemas', flowSchemaStrategy],
  ['flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', priorityLevelStrategy],
  ['networking.k8s.io/ingressclasses', ingressClassStrategy],
  ['networking.k8s.io/ingresses', ingressStrategy],
  ['networking.k8s.io/ipaddresses', ipAddressStrategy],
  ['networking.k8s.io/networkpolicies', networkPolicyStrategy],
  ['networking.k8s.io/servicecidrs', serviceCidrStrategy],
  ['node.k8s.io/runtimeclasses', runtimeClassStrategy],
  ['policy/poddisruptionbudgets', podDisruptionBudgetStrategy],
  ['scheduling.k8s.io/priorityclasses', priorityClassStrategy],
  ['storage.k8s.io/csidrivers', csiDriverStrategy],
  ['storage.k8s.io/csinodes', csiNodeStrategy],
  ['storage.k8s.io/csistoragecapacities', csiStorageCapacityStrategy],
  ['storage.k8s.io/storageclasses', storageClassStrategy],
  ['storage.k8s.io/volumeattachments', volumeAttachmentStrategy],
  ['storage.k8s.io/volumeattributesclasses', volumeAttributesClassStrategy],
  ['storagemigration.k8s.io/storageversionmigrations', storageVersionMigrationStrategy],
])
