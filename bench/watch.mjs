// Fan-out of 3 kB updates to 10, 100 and 500 watchers (B6); limit: a stub that writes encoded frames.
// [--runs 3] [--seconds 8] [--watchers 10,100,500] [--built] [--profile FOLDER] [--load FILE]
import { flagsOf, numbersOf, SERVER_FLAGS } from './_arguments.mjs'
import { compare } from './_compare.mjs'

const flags = flagsOf({ ...SERVER_FLAGS, seconds: 8, watchers: '10,100,500' })
const shape = { n: 100, connections: 4 }

await compare(
  numbersOf(flags.watchers).map((watchers) => ({
    name: `${watchers} watchers`,
    work: 'watch',
    options: { ...shape, watchers, seconds: flags.seconds },
    warmUp: { ...shape, watchers, seconds: 2 },
    operations: (result) => ['delivery', result.deliveries_per_s * flags.seconds],
    read: (result) => [
      [': updates', '1/s', result.updates_per_s],
      [': deliveries', '1/s', result.deliveries_per_s],
      [': lag p50', 'ms', result.lag_ms.p50],
      [': lag p99', 'ms', result.lag_ms.p99],
    ],
  })),
  flags,
)
