/** TypeScript types of custom resources: `crdTypes(readDefinitions(text, 'crds.yaml'))` is the text of a module. */
export { crdTypes } from './crd-types.ts'
export { CrdTypesError } from './crd-types-error.ts'
export { type DefinedVersion, type Definition, definitionsOf } from './definition.ts'
export { readDefinitions } from './read-definitions.ts'
export type { Schema } from './schema.ts'
