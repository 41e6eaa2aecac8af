/**
 * What the wire format of v1.31 owes to the shape of its types and the schema does not say. One line is one type: its name without the
 * path before the API group, then its fields that differ from the rule of `wireFieldOf`.
 *
 * - `*` the field is optional even when it holds a zero value: `suspend: false` comes back, where `hostNetwork: false` does not
 * - `=` the opposite, for the two formats that are optional by rule (quantities, ports by number or name)
 * - `!` the field is always printed: as null, or as its zero value, when nothing was sent
 * - `?` the field disappears with its zero value although it is required or has a default
 * - `+` an empty list is handed on by decoding, because it asks the server for something; it is not stored
 * - `:Type` the name that error messages give to the field's type, without the package when that is the version
 */
export const wireFacts = `
admissionregistration.v1.MatchResources matchPolicy*:MatchPolicyType
admissionregistration.v1.MutatingWebhook failurePolicy*:FailurePolicyType matchPolicy*:MatchPolicyType reinvocationPolicy*:ReinvocationPolicyType sideEffects*:SideEffectClass timeoutSeconds*
admissionregistration.v1.NamedRuleWithOperations operations:[]v1.OperationType scope*:ScopeType
admissionregistration.v1.ParamRef parameterNotFoundAction*:ParameterNotFoundActionType
admissionregistration.v1.RuleWithOperations operations:[]v1.OperationType scope*:ScopeType
admissionregistration.v1.ServiceReference path* port*
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec validationActions:[]v1.ValidationAction
admissionregistration.v1.ValidatingAdmissionPolicySpec failurePolicy*:FailurePolicyType
admissionregistration.v1.ValidatingWebhook failurePolicy*:FailurePolicyType matchPolicy*:MatchPolicyType sideEffects*:SideEffectClass timeoutSeconds*
admissionregistration.v1.Validation reason*:StatusReason
admissionregistration.v1.WebhookClientConfig url*
admissionregistration.v1alpha1.MatchResources matchPolicy*:MatchPolicyType
admissionregistration.v1alpha1.NamedRuleWithOperations operations:[]v1.OperationType scope*:v1.ScopeType
admissionregistration.v1alpha1.ParamRef parameterNotFoundAction*:ParameterNotFoundActionType
admissionregistration.v1alpha1.ValidatingAdmissionPolicyBindingSpec validationActions:[]v1alpha1.ValidationAction
admissionregistration.v1alpha1.ValidatingAdmissionPolicySpec failurePolicy*:FailurePolicyType
admissionregistration.v1alpha1.Validation reason*:v1.StatusReason
admissionregistration.v1beta1.MatchResources matchPolicy*:MatchPolicyType
admissionregistration.v1beta1.NamedRuleWithOperations operations:[]v1.OperationType scope*:v1.ScopeType
admissionregistration.v1beta1.ParamRef parameterNotFoundAction*:ParameterNotFoundActionType
admissionregistration.v1beta1.ValidatingAdmissionPolicyBindingSpec validationActions:[]v1beta1.ValidationAction
admissionregistration.v1beta1.ValidatingAdmissionPolicySpec failurePolicy*:FailurePolicyType
admissionregistration.v1beta1.Validation reason*:v1.StatusReason
apiserverinternal.v1alpha1.StorageVersionCondition message? status:ConditionStatus type:StorageVersionConditionType
apiserverinternal.v1alpha1.StorageVersionStatus commonEncodingVersion*
apps.v1.ControllerRevision data!
apps.v1.DaemonSetCondition status:ConditionStatus type:DaemonSetConditionType
apps.v1.DaemonSetSpec revisionHistoryLimit*
apps.v1.DaemonSetStatus collisionCount*
apps.v1.DaemonSetUpdateStrategy type:DaemonSetUpdateStrategyType
apps.v1.DeploymentCondition status:ConditionStatus type:DeploymentConditionType
apps.v1.DeploymentSpec progressDeadlineSeconds* replicas* revisionHistoryLimit*
apps.v1.DeploymentStatus collisionCount*
apps.v1.DeploymentStrategy type:DeploymentStrategyType
apps.v1.ReplicaSetCondition status:ConditionStatus type:ReplicaSetConditionType
apps.v1.ReplicaSetSpec replicas*
apps.v1.RollingUpdateStatefulSetStrategy partition*
apps.v1.StatefulSetCondition status:ConditionStatus type:StatefulSetConditionType
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:PersistentVolumeClaimRetentionPolicyType whenScaled:PersistentVolumeClaimRetentionPolicyType
apps.v1.StatefulSetSpec podManagementPolicy:PodManagementPolicyType replicas* revisionHistoryLimit*
apps.v1.StatefulSetStatus collisionCount*
apps.v1.StatefulSetUpdateStrategy type:StatefulSetUpdateStrategyType
authentication.v1.BoundObjectReference uid:types.UID
authentication.v1.TokenRequestSpec boundObjectRef! expirationSeconds*!
authentication.v1.UserInfo extra:map[string]v1.ExtraValue
authorization.v1.SubjectAccessReviewSpec extra:map[string]v1.ExtraValue
autoscaling.v1.HorizontalPodAutoscalerSpec minReplicas* targetCPUUtilizationPercentage*
autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage* lastScaleTime* observedGeneration*
autoscaling.v2.ContainerResourceMetricSource name:v1.ResourceName
autoscaling.v2.ContainerResourceMetricStatus name:v1.ResourceName
autoscaling.v2.HPAScalingPolicy type:HPAScalingPolicyType
autoscaling.v2.HPAScalingRules policies+ selectPolicy*:ScalingPolicySelect stabilizationWindowSeconds*
autoscaling.v2.HorizontalPodAutoscalerCondition status:v1.ConditionStatus type:HorizontalPodAutoscalerConditionType
autoscaling.v2.HorizontalPodAutoscalerSpec minReplicas*
autoscaling.v2.HorizontalPodAutoscalerStatus currentMetrics! lastScaleTime* observedGeneration*
autoscaling.v2.MetricSpec type:MetricSourceType
autoscaling.v2.MetricStatus type:MetricSourceType
autoscaling.v2.MetricTarget averageUtilization* type:MetricTargetType
autoscaling.v2.MetricValueStatus averageUtilization*
autoscaling.v2.ResourceMetricSource name:v1.ResourceName
autoscaling.v2.ResourceMetricStatus name:v1.ResourceName
batch.v1.CronJobSpec concurrencyPolicy:ConcurrencyPolicy failedJobsHistoryLimit* startingDeadlineSeconds* successfulJobsHistoryLimit* suspend* timeZone*
batch.v1.CronJobStatus lastScheduleTime* lastSuccessfulTime*
batch.v1.JobCondition status:ConditionStatus type:JobConditionType
batch.v1.JobSpec activeDeadlineSeconds* backoffLimit* backoffLimitPerIndex* completionMode*:CompletionMode completions* managedBy* manualSelector* maxFailedIndexes* parallelism* podReplacementPolicy*:PodReplacementPolicy suspend* ttlSecondsAfterFinished*
batch.v1.JobStatus completionTime* failedIndexes* ready* startTime* terminating*
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName* operator:PodFailurePolicyOnExitCodesOperator
batch.v1.PodFailurePolicyOnPodConditionsPattern status:ConditionStatus type:PodConditionType
batch.v1.PodFailurePolicyRule action:PodFailurePolicyAction
batch.v1.SuccessPolicyRule succeededCount* succeededIndexes*
batch.v1.UncountedTerminatedPods failed:[]types.UID succeeded:[]types.UID
certificates.v1.CertificateSigningRequestCondition status:ConditionStatus type:RequestConditionType
certificates.v1.CertificateSigningRequestSpec expirationSeconds* extra:map[string]v1.ExtraValue usages:[]v1.KeyUsage
coordination.v1.LeaseSpec acquireTime* holderIdentity* leaseDurationSeconds* leaseTransitions* preferredHolder* renewTime* strategy*:CoordinatedLeaseStrategy
coordination.v1alpha1.LeaseCandidateSpec pingTime* preferredStrategies?:[]v1.CoordinatedLeaseStrategy renewTime*
core.v1.AppArmorProfile localhostProfile* type:AppArmorProfileType
core.v1.AttachedVolume name:UniqueVolumeName
core.v1.AzureDiskVolumeSource cachingMode*:AzureDataDiskCachingMode fsType* kind*:AzureDataDiskKind readOnly*?
core.v1.AzureFilePersistentVolumeSource secretNamespace*!
core.v1.CSIVolumeSource fsType* readOnly*
core.v1.Capabilities add:[]v1.Capability drop:[]v1.Capability
core.v1.ClientIPConfig timeoutSeconds*
core.v1.ClusterTrustBundleProjection name* optional* signerName*
core.v1.ComponentCondition status:ConditionStatus type:ComponentConditionType
core.v1.ConfigMap immutable*
core.v1.ConfigMapEnvSource name? optional*
core.v1.ConfigMapKeySelector name? optional*
core.v1.ConfigMapNodeConfigSource uid:types.UID
core.v1.ConfigMapProjection name? optional*
core.v1.ConfigMapVolumeSource defaultMode* name? optional*
core.v1.Container imagePullPolicy:PullPolicy restartPolicy*:ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy
core.v1.ContainerImage names!
core.v1.ContainerPort protocol:Protocol
core.v1.ContainerResizePolicy resourceName:ResourceName restartPolicy:ResourceResizeRestartPolicy
core.v1.ContainerStatus allocatedResources:ResourceList started*
core.v1.DownwardAPIVolumeFile mode*
core.v1.DownwardAPIVolumeSource defaultMode*
core.v1.EmptyDirVolumeSource medium:StorageMedium
core.v1.EndpointAddress nodeName*
core.v1.EndpointPort appProtocol* protocol:Protocol
core.v1.EphemeralContainer imagePullPolicy:PullPolicy restartPolicy*:ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy
core.v1.FCVolumeSource lun*
core.v1.GRPCAction service*
core.v1.GlusterfsPersistentVolumeSource endpointsNamespace*
core.v1.HTTPGetAction scheme:URIScheme
core.v1.HostPathVolumeSource type*:HostPathType
core.v1.ISCSIPersistentVolumeSource initiatorName*
core.v1.ISCSIVolumeSource initiatorName*
core.v1.ImageVolumeSource pullPolicy:PullPolicy
core.v1.KeyToPath mode*
core.v1.LimitRangeItem default:ResourceList defaultRequest:ResourceList max:ResourceList maxLimitRequestRatio:ResourceList min:ResourceList type:LimitType
core.v1.LoadBalancerIngress ipMode*:LoadBalancerIPMode
core.v1.LocalObjectReference name?
core.v1.LocalVolumeSource fsType*
core.v1.ModifyVolumeStatus status:PersistentVolumeClaimModifyVolumeStatus
core.v1.NamespaceCondition status:ConditionStatus type:NamespaceConditionType
core.v1.NamespaceSpec finalizers:[]v1.FinalizerName
core.v1.NamespaceStatus phase:NamespacePhase
core.v1.NodeAddress type:NodeAddressType
core.v1.NodeCondition status:ConditionStatus type:NodeConditionType
core.v1.NodeFeatures supplementalGroupsPolicy*
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts* userNamespaces*
core.v1.NodeSelectorRequirement operator:NodeSelectorOperator
core.v1.NodeStatus allocatable:ResourceList capacity:ResourceList phase:NodePhase volumesInUse:[]v1.UniqueVolumeName
core.v1.ObjectReference uid:types.UID
core.v1.PersistentVolumeClaimCondition status:ConditionStatus type:PersistentVolumeClaimConditionType
core.v1.PersistentVolumeClaimSpec accessModes:[]v1.PersistentVolumeAccessMode storageClassName* volumeAttributesClassName* volumeMode*:PersistentVolumeMode
core.v1.PersistentVolumeClaimStatus accessModes:[]v1.PersistentVolumeAccessMode allocatedResourceStatuses:map[v1.ResourceName]v1.ClaimResourceStatus allocatedResources:ResourceList capacity:ResourceList currentVolumeAttributesClassName* phase:PersistentVolumeClaimPhase
core.v1.PersistentVolumeSpec accessModes:[]v1.PersistentVolumeAccessMode capacity:ResourceList persistentVolumeReclaimPolicy:PersistentVolumeReclaimPolicy volumeAttributesClassName* volumeMode*:PersistentVolumeMode
core.v1.PersistentVolumeStatus lastPhaseTransitionTime* phase:PersistentVolumePhase
core.v1.PodCondition status:ConditionStatus type:PodConditionType
core.v1.PodDNSConfigOption value*
core.v1.PodOS name:OSName
core.v1.PodReadinessGate conditionType:PodConditionType
core.v1.PodResourceClaim resourceClaimName* resourceClaimTemplateName*
core.v1.PodResourceClaimStatus resourceClaimName*
core.v1.PodSecurityContext fsGroup* fsGroupChangePolicy*:PodFSGroupChangePolicy runAsGroup* runAsNonRoot* runAsUser* supplementalGroupsPolicy*:SupplementalGroupsPolicy
core.v1.PodSpec activeDeadlineSeconds* automountServiceAccountToken* dnsPolicy:DNSPolicy enableServiceLinks* hostUsers* overhead:ResourceList preemptionPolicy*:PreemptionPolicy priority* restartPolicy:RestartPolicy runtimeClassName* setHostnameAsFQDN* shareProcessNamespace* terminationGracePeriodSeconds*
core.v1.PodStatus phase:PodPhase qosClass:PodQOSClass resize:PodResizeStatus startTime*
core.v1.PortStatus error* protocol:Protocol
core.v1.Probe terminationGracePeriodSeconds*
core.v1.ProjectedVolumeSource defaultMode* sources!
core.v1.ReplicationControllerCondition status:ConditionStatus type:ReplicationControllerConditionType
core.v1.ReplicationControllerSpec replicas*
core.v1.ResourceFieldSelector divisor=!
core.v1.ResourceHealth health:ResourceHealthStatus resourceID:ResourceID
core.v1.ResourceQuotaSpec hard:ResourceList scopes:[]v1.ResourceQuotaScope
core.v1.ResourceQuotaStatus hard:ResourceList used:ResourceList
core.v1.ResourceRequirements limits:ResourceList requests:ResourceList
core.v1.ResourceStatus name:ResourceName
core.v1.ScopedResourceSelectorRequirement operator:ScopeSelectorOperator scopeName:ResourceQuotaScope
core.v1.SeccompProfile localhostProfile* type:SeccompProfileType
core.v1.Secret immutable* type:SecretType
core.v1.SecretEnvSource name? optional*
core.v1.SecretKeySelector name? optional*
core.v1.SecretProjection name? optional*
core.v1.SecretVolumeSource defaultMode* optional*
core.v1.SecurityContext allowPrivilegeEscalation* privileged* procMount*:ProcMountType readOnlyRootFilesystem* runAsGroup* runAsNonRoot* runAsUser*
core.v1.ServiceAccount automountServiceAccountToken*
core.v1.ServiceAccountTokenProjection expirationSeconds*
core.v1.ServicePort appProtocol* protocol:Protocol targetPort=!
core.v1.ServiceSpec allocateLoadBalancerNodePorts* externalTrafficPolicy:ServiceExternalTrafficPolicy internalTrafficPolicy*:ServiceInternalTrafficPolicy ipFamilies:[]v1.IPFamily ipFamilyPolicy*:IPFamilyPolicy loadBalancerClass* sessionAffinity:ServiceAffinity trafficDistribution* type:ServiceType
core.v1.Taint effect:TaintEffect timeAdded*
core.v1.Toleration effect:TaintEffect operator:TolerationOperator tolerationSeconds*
core.v1.TopologySpreadConstraint minDomains* nodeAffinityPolicy*:NodeInclusionPolicy nodeTaintsPolicy*:NodeInclusionPolicy whenUnsatisfiable:UnsatisfiableConstraintAction
core.v1.TypedLocalObjectReference apiGroup*!
core.v1.TypedObjectReference apiGroup*! namespace*
core.v1.VolumeMount mountPropagation*:MountPropagationMode recursiveReadOnly*:RecursiveReadOnlyMode
core.v1.VolumeMountStatus recursiveReadOnly*:RecursiveReadOnlyMode
core.v1.VolumeResourceRequirements limits:ResourceList requests:ResourceList
core.v1.WindowsSecurityContextOptions gmsaCredentialSpec* gmsaCredentialSpecName* hostProcess* runAsUserName*
discovery.v1.Endpoint hostname* nodeName* zone*
discovery.v1.EndpointConditions ready* serving* terminating*
discovery.v1.EndpointPort appProtocol* name* port* protocol*:Protocol
discovery.v1.EndpointSlice addressType:AddressType ports!
flowcontrol.v1.ExemptPriorityLevelConfiguration lendablePercent* nominalConcurrencyShares*
flowcontrol.v1.FlowDistinguisherMethod type:FlowDistinguisherMethodType
flowcontrol.v1.FlowSchemaCondition status:ConditionStatus type:FlowSchemaConditionType
flowcontrol.v1.LimitResponse type:LimitResponseType
flowcontrol.v1.LimitedPriorityLevelConfiguration borrowingLimitPercent* lendablePercent* nominalConcurrencyShares*!
flowcontrol.v1.PriorityLevelConfigurationCondition status:ConditionStatus type:PriorityLevelConfigurationConditionType
flowcontrol.v1.PriorityLevelConfigurationSpec type:PriorityLevelEnablement
flowcontrol.v1.ResourcePolicyRule namespaces!
flowcontrol.v1.Subject kind:SubjectKind
flowcontrol.v1beta3.ExemptPriorityLevelConfiguration lendablePercent* nominalConcurrencyShares*
flowcontrol.v1beta3.FlowDistinguisherMethod type:FlowDistinguisherMethodType
flowcontrol.v1beta3.FlowSchemaCondition status:ConditionStatus type:FlowSchemaConditionType
flowcontrol.v1beta3.LimitResponse type:LimitResponseType
flowcontrol.v1beta3.LimitedPriorityLevelConfiguration borrowingLimitPercent* lendablePercent*
flowcontrol.v1beta3.PriorityLevelConfigurationCondition status:ConditionStatus type:PriorityLevelConfigurationConditionType
flowcontrol.v1beta3.PriorityLevelConfigurationSpec type:PriorityLevelEnablement
flowcontrol.v1beta3.ResourcePolicyRule namespaces!
flowcontrol.v1beta3.Subject kind:SubjectKind
networking.v1.HTTPIngressPath pathType*:PathType
networking.v1.IngressClassParametersReference apiGroup* namespace* scope*!
networking.v1.IngressPortStatus error* protocol:Protocol
networking.v1.IngressSpec ingressClassName*
networking.v1.NetworkPolicyPort endPort* protocol*:Protocol
networking.v1.NetworkPolicySpec policyTypes:[]v1.PolicyType
networking.v1beta1.IPAddressSpec parentRef?
networking.v1beta1.ParentReference name? resource?
node.v1.Overhead podFixed:ResourceList
policy.v1.PodDisruptionBudgetSpec unhealthyPodEvictionPolicy*:UnhealthyPodEvictionPolicyType
rbac.v1.ClusterRole rules!
rbac.v1.Role rules!
resource.v1alpha3.BasicDevice attributes:map[v1alpha3.QualifiedName]v1alpha3.DeviceAttribute capacity:map[v1alpha3.QualifiedName]resource.Quantity
resource.v1alpha3.DeviceAllocationConfiguration source:AllocationConfigSource
resource.v1alpha3.DeviceAttribute bool* int* string* version*
resource.v1alpha3.DeviceClaim requests!
resource.v1alpha3.DeviceConstraint matchAttribute*:FullyQualifiedName
resource.v1alpha3.DeviceRequest adminAccess? allocationMode:DeviceAllocationMode
resource.v1alpha3.ResourceClaimConsumerReference uid:types.UID
resource.v1alpha3.ResourceSliceSpec devices!
scheduling.v1.PriorityClass preemptionPolicy*:PreemptionPolicy
storage.v1.CSIDriverSpec attachRequired* fsGroupPolicy*:FSGroupPolicy podInfoOnMount* requiresRepublish* seLinuxMount* storageCapacity* volumeLifecycleModes:[]v1.VolumeLifecycleMode
storage.v1.CSINodeDriver topologyKeys!
storage.v1.StorageClass allowVolumeExpansion* reclaimPolicy*:PersistentVolumeReclaimPolicy volumeBindingMode*:VolumeBindingMode
storage.v1.TokenRequest expirationSeconds*
storage.v1.VolumeAttachmentSource persistentVolumeName*
storage.v1.VolumeNodeResources count*
storagemigration.v1alpha1.MigrationCondition status:v1.ConditionStatus type:MigrationConditionType
meta.v1.APIResource verbs:Verbs
meta.v1.Condition status:ConditionStatus
meta.v1.DeleteOptions gracePeriodSeconds* orphanDependents* propagationPolicy*:DeletionPropagation
meta.v1.FieldSelectorRequirement operator:FieldSelectorOperator
meta.v1.LabelSelectorRequirement operator:LabelSelectorOperator
meta.v1.ListMeta remainingItemCount*
meta.v1.ManagedFieldsEntry operation:ManagedFieldsOperationType time*
meta.v1.ObjectMeta deletionGracePeriodSeconds* deletionTimestamp* managedFields+ uid:types.UID
meta.v1.OwnerReference blockOwnerDeletion* controller* uid:types.UID
meta.v1.Preconditions resourceVersion* uid*:types.UID
meta.v1.Status reason:StatusReason
meta.v1.StatusCause reason:CauseType
meta.v1.StatusDetails uid:types.UID
apiextensions.v1.CustomResourceDefinitionCondition status:ConditionStatus type:CustomResourceDefinitionConditionType
apiextensions.v1.CustomResourceConversion strategy:ConversionStrategyType
apiextensions.v1.CustomResourceDefinitionSpec scope:ResourceScope
apiextensions.v1.CustomResourceDefinitionStatus conditions! storedVersions!
apiextensions.v1.CustomResourceDefinitionVersion deprecationWarning*
apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath*
apiextensions.v1.JSONSchemaProps $ref* maximum* minimum* multipleOf* maxItems* minItems* maxLength* minLength* maxProperties* minProperties* x-kubernetes-list-type* x-kubernetes-map-type* x-kubernetes-preserve-unknown-fields* x-kubernetes-validations:ValidationRules
apiextensions.v1.ServiceReference path* port*
apiextensions.v1.ValidationRule optionalOldSelf* reason*:FieldValueErrorReason
apiextensions.v1.WebhookClientConfig url*
apiregistration.v1.APIServiceCondition status:ConditionStatus type:APIServiceConditionType
apiregistration.v1.ServiceReference port*
`
