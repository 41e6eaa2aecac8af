import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Gates } from '@kubetape/client-go-features'
import { CommandFailed } from './output.ts'

/**
 * The gates that a module (`.ts` too) provides: what it exports as `gates` or by default, or else what replaced the gates of the process
 * while it was loaded. Throws a CommandFailed.
 */
export async function loadGates(file: string, replaced: () => Gates | undefined): Promise<Gates> {
  let module: Record<string, unknown>
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  } catch (error) {
    throw new CommandFailed(`Cannot use --provider "${file}": ${error instanceof Error ? error.message : String(error)}`, 2, {
      cause: error,
    })
  }
  const gates = [module['gates'], module['default']].find(isGates) ?? replaced()
  if (gates === undefined)
    throw new CommandFailed(`Cannot use --provider "${file}": it neither exports gates nor calls replaceFeatureGates`, 2)
  return gates
}

function isGates(value: unknown): value is Gates {
  return typeof value === 'object' && value !== null && 'enabled' in value && typeof value.enabled === 'function'
}
