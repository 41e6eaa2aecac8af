import { componentFeatureGates } from '@kubetape/api'
import { clientFeatures, featureGates } from '@kubetape/client-go-features'
import { type EffectiveGate, type FeatureGateRegistry, type GateSource, unrecognizedGate } from '@kubetape/component-base'
import { type Command, Option } from 'commander'
import { gateReaders } from '../generated/gate-readers.ts'
import { loadGates } from '../load-gates.ts'
import { CommandFailed, type Output } from '../output.ts'
import { Table } from '../table.ts'
import { printYaml } from '../yaml-text.ts'
import { addFeatureGateFlags, type FeatureGateFlags, featureGatesOf } from './feature-gate-flags.ts'

const FORMATS = ['json', 'yaml', 'wide'] as const
const STAGES = ['alpha', 'beta', 'ga', 'deprecated'] as const

interface GatesFlags extends FeatureGateFlags {
  stage?: (typeof STAGES)[number]
  changed?: boolean
  provider?: string
  output?: (typeof FORMATS)[number]
  headers: boolean
}

/** Who decides, in the words of users. */
const SOURCE: Readonly<Record<GateSource, string>> = {
  default: 'default',
  AllAlpha: 'AllAlpha',
  AllBeta: 'AllBeta',
  environment: 'env',
  file: 'file',
  flag: 'flag',
  program: 'provider',
}

export function addGates(program: Command, output: Output): void {
  const command = program
    .command('gates')
    .description(
      'Show the feature gates: stage, default, what they are with these flags and this environment, who says so, and what code asks for them',
    )
    .argument('[name]', 'only gates with this in their names')
    .addOption(new Option('--stage <stage>', 'only gates of this stage').choices(STAGES))
    .option('--changed', 'only gates that somebody sets')
    .option('--provider <file>', 'module of a provider of client features, which it exports or replaces the gates of the process by')
    .addOption(new Option('-o, --output <format>').choices(FORMATS))
    .option('--no-headers', 'no headings')
    .action((name: string | undefined, flags: GatesFlags) => gates(name, flags, output))
  addFeatureGateFlags(command)
}

async function gates(name: string | undefined, flags: GatesFlags, output: Output): Promise<void> {
  const say = (_fields: object, message: string): void => output.err(`warning: ${message}`)
  const log = { debug: () => undefined, warn: say, error: say }
  const { gates: registry, warnings } = featureGatesOf(flags, { env: process.env, log })
  for (const warning of warnings) output.err(`warning: ${warning}`)
  if (flags.provider !== undefined) await askProvider(registry, flags.provider)
  const found = registry.effective().filter((gate) => isAskedFor(gate, name, flags))
  if (found.length === 0) throw new CommandFailed(nothing(name, registry))
  for (const line of printed(found, flags)) output.out(line)
}

/** Client features are what the provider says, but for locked ones: no provider changes what code does. */
async function askProvider(registry: FeatureGateRegistry, file: string): Promise<void> {
  const before = featureGates()
  const provider = await loadGates(file, () => (featureGates() === before ? undefined : featureGates()))
  for (const [feature, { lockToDefault }] of Object.entries(clientFeatures))
    if (!lockToDefault) registry.set(feature, provider.enabled(feature))
}

function isAskedFor(gate: EffectiveGate, name: string | undefined, { stage, changed }: GatesFlags): boolean {
  if (name !== undefined && !gate.name.toLowerCase().includes(name.toLowerCase())) return false
  if (stage !== undefined && gate.stage.toLowerCase() !== stage) return false
  return changed !== true || gate.source !== 'default'
}

/** Why there is nothing to show. */
function nothing(name: string | undefined, registry: FeatureGateRegistry): string {
  if (name === undefined) return 'Cannot show gates: none is as asked'
  const later = componentFeatureGates().find((gate) => gate.name === name && gate.versions !== undefined)?.versions?.[0]?.version
  if (later !== undefined && !registry.effective().some((gate) => gate.name === name))
    return `Cannot show gate "${name}": it came with v${later}, and v${registry.emulatedVersion} is emulated`
  const text = unrecognizedGate(name)
  return text.includes('removed')
    ? `Cannot show gate "${name}": ${text}`
    : `Cannot show gates: none has "${name}" in its name and is as asked`
}

function printed(found: readonly EffectiveGate[], { output: format, headers }: GatesFlags): string[] {
  if (format === 'json') return [JSON.stringify(found.map(described), null, 2)]
  if (format === 'yaml') return [printYaml(found.map(described))]
  const wide = format === 'wide'
  const headings = ['NAME', 'STAGE', 'DEFAULT', 'EFFECTIVE', 'SOURCE', ...(wide ? ['SINCE', 'LOCKED', 'READ BY'] : [])]
  return new Table(headings, { headers }).lines(
    found.map((gate) => {
      const row = [gate.name, gate.stage, String(gate.default), String(gate.enabled), SOURCE[gate.source]]
      return wide ? [...row, gate.since ?? '', String(gate.locked), readersOf(gate.name).join(',') || '<none>'] : row
    }),
  )
}

/** A gate as JSON and YAML show it. */
function described(gate: EffectiveGate): object {
  const { name, stage, enabled: effective, source, locked, since } = gate
  const data = componentFeatureGates().find((one) => one.name === name)
  return {
    name,
    stage,
    default: gate.default,
    effective,
    source: SOURCE[source],
    locked,
    ...(since === undefined ? {} : { since }),
    component: data?.component ?? 'client-go',
    ...(data?.versions === undefined ? {} : { versions: data.versions }),
    readBy: readersOf(name),
  }
}

function readersOf(name: string): readonly string[] {
  return Object.hasOwn(gateReaders, name) ? gateReaders[name]! : []
}
