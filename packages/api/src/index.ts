/** The Kubernetes v1.31 API as data. Start with `findResource()`; TypeScript types of kinds come from `@kubetape/api/types/<group>/<version>`. */
export { allGroups, allResources, findResource, type ResourceInfo, resourceOfKind, type SubresourceInfo } from './resource-registry.ts'
export { builtinSchemas, schemaOfKind, schemaTypes, typeNameOfKind } from './schema.ts'
export { type TableColumn, tableColumns } from './table-columns.ts'
export {
  componentFeatureGates,
  type FeatureGateSpec,
  type FeatureGateVersion,
  type RemovedFeatureGate,
  removedFeatureGates,
} from './feature-gates.ts'
export { type ProtobufField, protobufMessage } from './protobuf-messages.ts'
