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
export type { Kind, ObjectName } from './kind.ts'
