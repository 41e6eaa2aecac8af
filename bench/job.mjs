// An Indexed Job of 100, 1000 and 5000 Pods whose ends the load reports (B9); limit: a stub with three writes a Pod.
// [--runs 3] [--n 100,1000,5000] [--connections 32] [--built] [--profile FOLDER] [--load FILE]
import { flagsOf, numbersOf, SERVER_FLAGS } from './_arguments.mjs'
import { compare } from './_compare.mjs'

const flags = flagsOf({ ...SERVER_FLAGS, n: '100,1000,5000', connections: 32 })
const { connections } = flags

await compare(
  numbersOf(flags.n).map((n) => ({
    name: `job of ${n}`,
    work: 'job',
    options: { n, connections },
    warmUp: { n: 200, connections },
    operations: () => ['Pod', n],
    read: (result) => [
      ['', 's', result.seconds],
      [': Pods', '1/s', result.pods_per_s],
      [': status writes', '', result.job_status_writes],
    ],
  })),
  flags,
)
