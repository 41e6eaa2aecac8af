import { clientFeatures, featureGates, type Gates, replaceFeatureGates } from '@kubetape/client-go-features'
import { gates as alwaysOn } from './always-on.ts'
import { CommandLineGates } from './command-line.ts'
import { gates as forcedOff } from './force-off.ts'

/** The provider that the first word of the command line names. */
function provider(word: string | undefined, argv: readonly string[]): Gates {
  if (word === 'always-on') return alwaysOn
  if (word === 'command-line') return new CommandLineGates(argv)
  if (word === 'force-off') return forcedOff
  throw new Error('Cannot choose a provider: name always-on, command-line --client-features=A=true, or force-off')
}

// Before anything else runs, as every provider should be put in place.
replaceFeatureGates(provider(process.argv[2], process.argv.slice(3)))
for (const feature of Object.keys(clientFeatures)) process.stdout.write(`${feature}=${featureGates().enabled(feature)}\n`)
