import { parseGoBool } from '@kubetape/client-go-features'
import { FeatureGateError } from './feature-gate-error.ts'

/** The component whose gates these are; v1.31 lets a flag name it, as `kube:A=true`. */
export const COMPONENT = 'kube'

const MIXED = 'set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use'

/**
 * Reads the values of every `--feature-gates=A=true,B=false` of a command line; the last setting of a gate wins, whatever is empty is
 * skipped. The component is named in all settings or in none. Throws a FeatureGateError with upstream's text at the first setting that
 * cannot be read.
 */
export function parseFeatureGates(values: readonly string[]): Map<string, boolean> {
  const settings = new Map<string, boolean>()
  const spellings = new Set<boolean>()
  for (const setting of values.flatMap((value) => value.split(','))) {
    if (setting === '') continue
    const equals = setting.indexOf('=')
    const text = equals < 0 ? setting : setting.slice(0, equals)
    const name = gateName(text)
    spellings.add(text.includes(':'))
    if (spellings.size > 1) throw new FeatureGateError([MIXED])
    if (equals < 0) throw new FeatureGateError([`missing bool value for ${name}`])
    settings.set(name, gateValue(name, setting.slice(equals + 1).trim()))
  }
  return settings
}

function gateName(text: string): string {
  const colon = text.indexOf(':')
  if (colon < 0) return text.trim()
  const component = text.slice(0, colon).trim()
  if (component !== COMPONENT) throw new FeatureGateError([`component not registered: ${component}`])
  return text.slice(colon + 1).trim()
}

function gateValue(name: string, text: string): boolean {
  try {
    return parseGoBool(text)
  } catch (error) {
    throw new FeatureGateError([`invalid value of ${name}=${text}, err: ${(error as Error).message}`])
  }
}
