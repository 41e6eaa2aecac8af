import { clientFeatures, featureGates, type Gates, replaceFeatureGates } from '@kubetape/client-go-features'
import { systemClock } from '@kubetape/determinism'
import { AlwaysEnabledGates } from './always-on.ts'
import { CommandLineGates } from './command-line.ts'
import { gates as forcedOff } from './force-off.ts'
import { RemoteGates } from './remote.ts'

const say = (_fields: object, message: string): void => void process.stderr.write(`${message}\n`)

/** The provider that the first word of the command line names, ready to be asked. */
async function provider(word: string | undefined, argv: readonly string[]): Promise<Gates> {
  switch (word) {
    case 'always-on':
      return new AlwaysEnabledGates()
    case 'command-line':
      return new CommandLineGates(argv)
    case 'force-off':
      return forcedOff
    case 'remote': {
      const remote = new RemoteGates({
        url: argv[0] ?? '',
        clock: systemClock({ unref: true }),
        log: { debug() {}, warn: say, error: say },
      })
      await remote.start()
      return remote
    }
    default:
      throw new Error('name a provider: always-on, command-line --client-features=A=true, force-off, remote URL')
  }
}

// Before anything else runs, as every provider should be put in place.
replaceFeatureGates(await provider(process.argv[2], process.argv.slice(3)))
for (const feature of Object.keys(clientFeatures)) process.stdout.write(`${feature}=${featureGates().enabled(feature)}\n`)
