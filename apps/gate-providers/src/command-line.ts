import { parseArgs } from 'node:util'
import { addFeaturesToExistingFeatureGates, type FeatureSpecs, type Gates, parseGoBool, type Registry } from '@kubetape/client-go-features'

/**
 * Takes `--client-features=A=true,B=false` (repeatable; the last one wins) of a command line; the environment is not looked at. Throws for
 * features that there are not, words that are no booleans and other values of locked features.
 */
export class CommandLineGates implements Gates, Registry {
  readonly #features = new Map<string, FeatureSpecs[string]>()
  readonly #set = new Map<string, boolean>()

  constructor(argv: readonly string[]) {
    addFeaturesToExistingFeatureGates(this)
    const options = { 'client-features': { type: 'string', multiple: true } } as const
    const { values } = parseArgs({ args: [...argv], options, strict: false })
    const lists = (values['client-features'] ?? []).filter((list) => typeof list === 'string')
    for (const setting of lists.flatMap((list) => list.split(',')).filter(Boolean)) this.#take(setting)
  }

  add(features: FeatureSpecs): void {
    for (const [name, spec] of Object.entries(features)) this.#features.set(name, spec)
  }

  enabled(feature: string): boolean {
    return this.#set.get(feature) ?? this.#spec(feature).default
  }

  #take(setting: string): void {
    const [name = '', word = ''] = setting.split('=')
    const { default: on, lockToDefault } = this.#spec(name)
    const value = parseGoBool(word)
    if (lockToDefault && value !== on) throw new Error(`Cannot set feature "${name}" to ${value}: it is locked to ${on}`)
    this.#set.set(name, value)
  }

  #spec(feature: string): FeatureSpecs[string] {
    const spec = this.#features.get(feature)
    if (spec === undefined)
      throw new Error(`Cannot use feature "${feature}": there is no such feature; there are ${[...this.#features.keys()].join(', ')}`)
    return spec
  }
}
