/** What every component shares. Start with `new FeatureGateRegistry()`, `createLogger()` and `new MetricsRegistry()`. */
export { type EffectiveGate, FeatureGateRegistry, type FeatureGateRegistryOptions, type GateSource } from './feature-gate-registry.ts'
export type { GateLifecycle, GateSpec } from './gate-lifecycle.ts'
export { parseEmulatedVersion } from './emulated-version.ts'
export { unrecognizedGate } from './removed-gates.ts'
export { FeatureGateError } from './feature-gate-error.ts'
export { exposeFeatureGates, logFeatureGates } from './feature-gate-report.ts'
export { addClientFeatures, type ClientFeatureOptions, useComponentGates } from './client-feature-shim.ts'
export { createLogger, type CreateLoggerOptions, type LogDestination, type LogFormat, LOG_LEVELS, type LogLevel } from './logger.ts'
export { METRICS_CONTENT_TYPE, MetricsRegistry } from './metrics-registry.ts'
export {
  type Counter,
  DEFAULT_BUCKETS,
  type Gauge,
  type GaugeFamily,
  type Histogram,
  type HistogramSpec,
  type Labels,
  type MetricFamily,
  type Metrics,
  type MetricSpec,
  noMetrics,
} from './metrics.ts'
export type { Logger } from 'pino'
