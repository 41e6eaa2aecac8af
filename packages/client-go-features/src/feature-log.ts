/** Where features are reported; a pino logger fits. */
export interface FeatureLog {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Used until a program gives its own log: warnings of the process where there is one, silence about the rest. */
export const processWarnings: FeatureLog = {
  debug() {},
  warn: (_fields, message) => emit(message),
  error: (_fields, message) => emit(message),
}

function emit(message: string): void {
  if (typeof process !== 'undefined') process.emitWarning(message, 'FeatureGateWarning')
}
