import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { customKind } from '../namespace/namespace-content.ts'
import type { CustomOwnerKind, OwnerDirectory } from './owner-identity.ts'

/** The directory of what definitions serve beside the built-in kinds; made anew only when they have changed. */
export class CustomKinds {
  readonly #builtin: OwnerDirectory
  #definitions: readonly CustomResourceDefinition[] = []
  #directory: OwnerDirectory

  constructor(builtin: OwnerDirectory) {
    this.#builtin = builtin
    this.#directory = builtin
  }

  /** The directory under these definitions. */
  under(definitions: readonly CustomResourceDefinition[]): OwnerDirectory {
    const before = this.#definitions
    if (definitions.length !== before.length || definitions.some((one, at) => one !== before[at])) {
      this.#definitions = definitions
      this.#directory = this.#builtin.withCustom(definitions.flatMap(ownerKinds))
    }
    return this.#directory
  }
}

/** The kind that a definition serves, if it does. */
export function ownerKinds(definition: CustomResourceDefinition): CustomOwnerKind[] {
  const versions = definition.spec.versions.map(({ name }) => name)
  return customKind(definition).map((kind) => ({ kind, versions }))
}
