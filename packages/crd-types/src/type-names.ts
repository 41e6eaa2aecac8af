/** What the written file itself uses. */
const RESERVED = ['Kind', 'KubeObject', 'ObjectMeta', 'Record']

/** Gives out names of types, each once. */
export class TypeNames {
  readonly #taken = new Set(RESERVED)

  /** The first of these that is free, or the last one with a number. */
  take(...wanted: readonly [string, ...string[]]): string {
    const free = wanted.find((name) => !this.#taken.has(name)) ?? this.#numbered(wanted.at(-1)!)
    this.#taken.add(free)
    return free
  }

  #numbered(name: string): string {
    let number = 2
    while (this.#taken.has(`${name}${number}`)) number++
    return `${name}${number}`
  }
}

/** A name as a part of a type's name: `foo-bar.baz` becomes `FooBarBaz`, and what is no letter or digit goes. */
export function pascalCase(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}

/** A type's name that begins as one may. */
export function typeName(name: string): string {
  const cased = pascalCase(name)
  return /^\p{L}/u.test(cased) ? cased : `T${cased}`
}

/** A name as a member of an interface. */
export function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/** A text as a literal with single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
