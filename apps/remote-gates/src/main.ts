import { clientFeatures, featureGates, replaceFeatureGates } from '@kubetape/client-go-features'
import { systemClock } from '@kubetape/determinism'
import { RemoteGates } from './remote-gates.ts'

const say = (_fields: object, message: string): void => void process.stderr.write(`${message}\n`)
const log = { debug() {}, warn: say, error: say }
const gates = new RemoteGates({ url: process.argv[2] ?? 'http://127.0.0.1:8080/', clock: systemClock({ unref: true }), log })
await gates.start()

// Before anything else runs, as every provider should be put in place.
replaceFeatureGates(gates)
for (const feature of Object.keys(clientFeatures)) process.stdout.write(`${feature}=${featureGates().enabled(feature)}\n`)
