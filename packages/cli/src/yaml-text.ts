import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

const load = createRequire(import.meta.url)

/** The library is loaded when it is first needed, so that most commands start sooner. */
const yaml = (): typeof Yaml => load('yaml') as typeof Yaml

/** What a YAML or JSON text says. Throws the library's error for what is neither. */
export const parseYaml = (text: string): unknown => yaml().parse(text) as unknown

/** A value as YAML text that ends with no line feed, long lines unbroken. */
export function printYaml(value: unknown, { version = '1.2' }: { version?: '1.1' | '1.2' } = {}): string {
  return yaml().stringify(value, { version, lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
}
