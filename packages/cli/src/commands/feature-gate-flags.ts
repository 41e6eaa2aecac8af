import type { Environment, FeatureLog } from '@kubetape/client-go-features'
import { FeatureGateError, FeatureGateRegistry, parseEmulatedVersion, useComponentGates } from '@kubetape/component-base'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { readTextFile } from '../read-text-file.ts'
import { parseYaml } from '../yaml-text.ts'

/** Flags about feature gates, named as the components of Kubernetes name them. */
export interface FeatureGateFlags {
  featureGates?: string[]
  featureGatesFile?: string
  emulatedVersion?: string[]
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addFeatureGateFlags(command: Command): Command {
  return command
    .optionsGroup('Feature gates:')
    .option('--feature-gates <list>', 'A=true,B=false, also kube:A=true (repeatable)', collect)
    .option('--feature-gates-file <file>', 'the same as a map, alone or as featureGates of a configuration; the flag stands above it')
    .option('--emulated-version <version>', 'release that the gates behave as: 1.30 or 1.31, also kube=1.30 (default: 1.31)', collect)
}

/**
 * The gates that these flags and the environment give, and what there is to warn about. They answer for the client features of the whole
 * process from now on. Throws a CommandFailed that names the flag.
 */
export function featureGatesOf(
  { featureGates = [], featureGatesFile: file, emulatedVersion = [] }: FeatureGateFlags,
  { env, log }: { readonly env: Environment; readonly log: FeatureLog },
): { gates: FeatureGateRegistry; warnings: string[] } {
  const version = using('--emulated-version', '1.30 and 1.31 can be emulated', () => parseEmulatedVersion(emulatedVersion))
  const gates = new FeatureGateRegistry({ emulatedVersion: version })
  useComponentGates(gates, { env, log })
  const advice = '`kubetape gates` lists the gates that there are'
  const fromFile = file === undefined ? {} : gatesInFile(file)
  const warnings = [
    ...(file === undefined ? [] : using(`--feature-gates-file "${file}"`, advice, () => gates.setFromFile(fromFile))),
    ...using('--feature-gates', advice, () => gates.setFromFlag(featureGates)),
  ]
  return { gates, warnings }
}

function using<R>(flag: string, advice: string, take: () => R): R {
  try {
    return take()
  } catch (error) {
    if (!(error instanceof FeatureGateError)) throw error
    throw new CommandFailed(`Cannot use ${flag}: ${error.message}; ${advice}`, 2, { cause: error })
  }
}

function gatesInFile(file: string): Record<string, boolean> {
  const refuse = (why: string): never => {
    throw new CommandFailed(`Cannot use --feature-gates-file "${file}": ${why}`, 2)
  }
  let document: unknown
  try {
    document = parseYaml(readTextFile('--feature-gates-file', file))
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    refuse(`it is neither YAML nor JSON: ${(error as Error).message.split('\n')[0]}`)
  }
  const map = isMap(document) && 'featureGates' in document ? document['featureGates'] : document
  if (!isMap(map)) return refuse('it must be a map of gates to true or false, or have one under featureGates')
  for (const [name, value] of Object.entries(map))
    if (typeof value !== 'boolean') refuse(`gate ${JSON.stringify(name)} is ${JSON.stringify(value)}, not true or false`)
  return map as Record<string, boolean>
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
