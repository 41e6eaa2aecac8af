import { addClientFeatures, FeatureGateRegistry, logFeatureGates } from '@kubetape/component-base'
import type { RunLog } from '@kubetape/runtime'

/** Gates, or what to make them by. */
interface GateOptions {
  readonly gates?: FeatureGateRegistry | undefined
  readonly featureGates?: string | undefined
}

/**
 * The gates of a control plane: those that it is given, or all of v1.31 and the client features, with what `featureGates` says. Those of
 * the process are neither asked nor replaced. Throws a FeatureGateError.
 */
export function gatesOf({ gates, featureGates }: GateOptions, logger?: RunLog): FeatureGateRegistry {
  if (gates !== undefined) return gates
  const all = new FeatureGateRegistry()
  addClientFeatures(all, { env: {}, log: SILENT })
  for (const warning of all.setFromFlag(featureGates ?? '')) logger?.warn(warning)
  return all
}

const SILENT = { debug: () => undefined, warn: () => undefined, error: () => undefined }

/** Logs what is set, and at debug level everything. */
export function logGates(gates: FeatureGateRegistry, logger: RunLog): void {
  logFeatureGates(gates, {
    debug: (fields, message) => logger.debug(message, { ...fields }),
    info: (fields, message) => logger.info(message, { ...fields }),
  })
}
