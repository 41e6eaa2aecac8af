import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

const load = createRequire(import.meta.url)

/** The YAML library. Loading it takes a twentieth of a start, so it is loaded with the first text that is YAML: most servers never see one. */
export const yamlLibrary = (): typeof Yaml => load('yaml') as typeof Yaml
