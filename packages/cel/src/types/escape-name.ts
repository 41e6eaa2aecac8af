/** Words that CEL keeps for itself; a property with such a name is read with underscores around it. */
const RESERVED = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace',
  'return', 'var', 'void', 'while',
]) // prettier-ignore

const ESCAPES: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** The name under which expressions read a property (KEP-2876); undefined where there is none. */
export function escapeName(property: string): string | undefined {
  if (RESERVED.has(property)) return `__${property}__`
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(property)) return undefined
  const escaped = property.replace(/__|[./-]/g, (part) => ESCAPES[part]!)
  return /^[A-Za-z_]/.test(escaped) ? escaped : undefined
}
