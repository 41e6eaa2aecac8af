/** Kubernetes vocabulary, pure and browser-safe. A newcomer starts with `KubeObject` and `StatusError`. */
export {
  controllerOf,
  type KubeList,
  type KubeObject,
  type ListMeta,
  type ManagedFieldsEntry,
  objectKey,
  type ObjectMeta,
  type OwnerReference,
  splitObjectKey,
} from './object-meta.ts'
export {
  formatGroupResource,
  formatGroupVersion,
  formatGroupVersionKind,
  type GroupResource,
  type GroupVersion,
  type GroupVersionKind,
  type GroupVersionResource,
  parseGroupVersion,
} from './group-version.ts'
export { INITIAL_EVENTS_END, type WatchEvent } from './watch-event.ts'
export { compareResourceVersions, isResourceVersion } from './resource-version.ts'
export type { Status, StatusCause, StatusDetails, StatusReason } from './status.ts'
export {
  duplicate,
  type FieldError,
  type FieldErrorType,
  FieldPath,
  forbidden,
  internalFieldError,
  invalid,
  notFoundValue,
  notSupported,
  printValue,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts'
export {
  alreadyExists,
  badRequest,
  conflict,
  failure,
  forbiddenError,
  gone,
  internalError,
  invalidObject,
  isAlreadyExists,
  isConflict,
  isExpired,
  isInvalid,
  isNotFound,
  isStatusError,
  methodNotSupported,
  notAcceptable,
  notFound,
  OBJECT_MODIFIED,
  serviceUnavailable,
  StatusError,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from './status-error.ts'
export { resolveSchema, type SchemaSource, type TypeSchema } from './type-schema.ts'
export { type Kind, kindOf, type ObjectName, resourceWithCluster } from './kind.ts'
export { exactInteger, parseExactJson, printExactJson } from './exact-json.ts'
export { cloneJson, deepEqual, deepFreeze, isJsonObject, type JsonObject, sameScalar, setMember } from './json-value.ts'
export { repackSubsets, type Subset, type SubsetAddress, type SubsetPort } from './endpoint-subsets.ts'
export { utf8Length } from './utf8-length.ts'
export {
  goAtoiError,
  goParseIntError,
  goJsonKind,
  goTypeOf,
  parseGoInt,
  printGoOwnerReference,
  printGoStringMap,
  printGoStrings,
  printGoValue,
} from './go-syntax.ts'
export {
  annotationKeyErrors,
  cIdentifierErrors,
  DNS_LABEL_MAX_BYTES,
  DNS_SUBDOMAIN_MAX_BYTES,
  dns1035LabelErrors,
  dnsLabelErrors,
  dnsSubdomainErrors,
  inclusiveRangeMessage,
  LABEL_VALUE_MAX_BYTES,
  labelValueErrors,
  maxLengthMessage,
  pathSegmentErrors,
  pathSegmentPrefixErrors,
  patternMessage,
  qualifiedNameErrors,
  underscoredSubdomainErrors,
  wildcardSubdomainErrors,
} from './names.ts'
export {
  conditionReasonErrors,
  configMapKeyErrors,
  envVarNameErrors,
  groupIdErrors,
  httpHeaderNameErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  rangeErrors,
  relaxedEnvVarNameErrors,
  userIdErrors,
} from './value-formats.ts'
export { nameErrors, type NameRule } from './name-rule.ts'
export {
  ANNOTATIONS_MAX_BYTES,
  FOREGROUND_FINALIZER,
  type ObjectMetaRules,
  ORPHAN_FINALIZER,
  validateAnnotations,
  validateFinalizers,
  validateImmutable,
  validateLabels,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateOwnerReferences,
  validateQualifiedFinalizers,
} from './object-meta-validation.ts'
export { FIELD_MANAGER_MAX_BYTES, managedFieldsErrors, validateFieldManager } from './managed-fields-validation.ts'
export {
  checkedRequirement,
  compileRequirement,
  formatRequirement,
  type LabelOperator,
  type LabelRequirement,
} from './label-requirement.ts'
export {
  EVERYTHING,
  type LabelExpression,
  LabelSelector,
  labelSelectorFromLabels,
  type LabelSelectorObject,
  labelSelectorOf,
  type LabelSelectorRules,
  NOTHING,
  parseLabelSelector,
  printGoLabelSelector,
  validateLabelSelector,
} from './label-selector.ts'
export {
  escapeFieldValue,
  type FieldRequirement,
  FieldSelector,
  parseFieldSelector,
  unknownField,
  unsupportedField,
} from './field-selector.ts'
export { canonicalQuantity, parseQuantity, Quantity, type QuantityFormat, quantityOf, ZERO_QUANTITY } from './quantity.ts'
export { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseMicroTime, parseTime, printTimeForMessage } from './time.ts'
export { humanDuration, shortHumanDuration } from './human-duration.ts'
export { formatCidr, formatIp, type IpAddress, type IpRange, parseCidr, parseIp, rangeHolds } from './ip-address.ts'
export { type IntOrString, intValue, isPercent, type Rounding, scaledValue } from './int-or-string.ts'
export { applyJsonPatch, JSON_PATCH_OPERATIONS_MAX, type JsonPatchOperation } from './json-patch.ts'
export { diffJson } from './json-patch-diff.ts'
export { applyMergePatch, mergePatchBetween } from './merge-patch.ts'
export { applyStrategicMergePatch } from './strategic-merge-patch.ts'
export { goDurationError, goDurationMs } from './go-duration.ts'
export { listKindOf, Scheme } from './scheme.ts'
export { lowerBound } from './sorted-keys.ts'
export { type ConditionLike, findCondition, hasCondition, removeCondition, setCondition } from './conditions.ts'
export { compareVersions } from './version-order.ts'
export {
  BOOTSTRAP_TOKEN_NAMESPACE,
  BOOTSTRAP_TOKEN_PREFIX,
  BOOTSTRAP_TOKEN_TYPE,
  BootstrapToken,
  type BootstrapTokenSecret,
  parseBootstrapToken,
} from './bootstrap-token.ts'
