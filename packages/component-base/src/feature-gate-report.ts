import type { FeatureStage } from '@kubetape/client-go-features'
import type { EffectiveGate, FeatureGateRegistry } from './feature-gate-registry.ts'
import type { Metrics } from './metrics.ts'

/** Upstream's label value of each stage; the one of GA is empty. */
const STAGE_LABEL: Readonly<Record<FeatureStage, string>> = { Alpha: 'ALPHA', Beta: 'BETA', GA: '', Deprecated: 'DEPRECATED' }

/** Shows every gate as the gauge `kubernetes_feature_enabled{name,stage}`, read when metrics are collected. */
export function exposeFeatureGates(registry: FeatureGateRegistry, metrics: Metrics): void {
  const gauge = metrics.gauge({
    name: 'kubernetes_feature_enabled',
    help: 'Whether a feature gate is on (1) or off (0)',
    labelNames: ['name', 'stage'],
  })
  for (const { name, stage } of registry.effective()) {
    gauge.read({ name, stage: STAGE_LABEL[stage] }, () => (registry.enabled(name) ? 1 : 0))
  }
}

/** Writes the gates that somebody set at info level, and all of them at debug level, one line each time. */
export function logFeatureGates(
  registry: FeatureGateRegistry,
  log: { debug(fields: object, message: string): void; info(fields: object, message: string): void },
): void {
  const gates = registry.effective()
  const set = gates.filter((gate) => gate.source !== 'default')
  if (set.length > 0) log.info({ featureGates: shown(set) }, 'Feature gates that are set')
  log.debug({ featureGates: shown(gates) }, 'All feature gates')
}

function shown(gates: readonly EffectiveGate[]): Record<string, string> {
  return Object.fromEntries(gates.map(({ name, enabled, source }) => [name, `${enabled} (${source})`]))
}
