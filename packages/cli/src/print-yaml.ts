import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

const load = createRequire(import.meta.url)

/** A value as YAML text that ends with no line feed, long lines unbroken. The library is loaded with the first value, so that other commands start sooner. */
export function printYaml(value: unknown, { version = '1.2' }: { version?: '1.1' | '1.2' } = {}): string {
  const { stringify } = load('yaml') as typeof Yaml
  return stringify(value, { version, lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
}
