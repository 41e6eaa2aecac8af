import type { Definition } from './definition.ts'
import { docComment } from './doc-comment.ts'
import { memberName, pascalCase, quoted, typeName, TypeNames } from './type-names.ts'
import { TypeWriter } from './type-writer.ts'

/**
 * A TypeScript module with, for each served version of each definition, the interface of the kind and of what is in it, and the `Kind` that clients,
 * informers and controllers are told. What a caller may rely on:
 *
 * - The version that clients should prefer has the kind's name, others have theirs after it (`WidgetV1beta1`). Of two kinds of one name, the later has
 *   its group before it.
 * - A field is optional unless it is required and has no default: the types are for writing, and what the API server fills in may be left out.
 * - Numbers are JavaScript's: an integer beyond 2^53 is a bigint at run time, whatever the type says.
 * - The module compiles under `strict`, `exactOptionalPropertyTypes` and `isolatedDeclarations`, and needs `@kubetape/apimachinery` only.
 */
export function crdTypes(definitions: readonly Definition[]): string {
  const names = new TypeNames()
  const writer = new TypeWriter(names)
  // Before any nested type, so that none of those takes the name of a kind.
  const named = definitions.flatMap((definition) => {
    const base = names.take(typeName(definition.kind), typeName(definition.group.split('.')[0]!) + pascalCase(definition.kind))
    return definition.versions.map((version, at) => ({
      definition,
      version,
      name: at === 0 ? base : names.take(base + pascalCase(version.name)),
    }))
  })
  const kinds = named.map(({ definition, version: { name: version, schema, deprecation }, name }) => {
    const { group, kind, plural } = definition
    const said = schema.description ?? `${kind} of ${group}/${version}.`
    writer.writeKind(name, schema, said, deprecation === undefined ? [] : [`@deprecated ${deprecation}`])
    return kindText(definition, version, name, `${plural}.${group} in version ${version}.`)
  })
  const imports = ['Kind', ...(writer.usesKubeObject ? ['KubeObject'] : []), 'ObjectMeta']
  const of = definitions.map(({ name, versions }) => `${name} (${versions.map((one) => one.name).join(', ')})`)
  const head = docComment(`Types of ${of.join(', ')}. Made by \`kubetape types\`: make them again rather than change them.`, '')
  return `${head}import type { ${imports.join(', ')} } from '@kubetape/apimachinery'\n\n${[...writer.declarations, ...kinds].join('\n')}`
}

function kindText({ group, kind, plural, namespaced }: Definition, version: string, name: string, said: string): string {
  const members = Object.entries({ group, version, kind, resource: plural }).map(
    ([member, value]) => `${memberName(member)}: ${quoted(value)}`,
  )
  return `${docComment(said, '')}export const ${name}: Kind<${name}> = { ${members.join(', ')}, namespaced: ${namespaced} }\n`
}
