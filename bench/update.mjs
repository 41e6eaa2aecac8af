// GET, then PUT with its resourceVersion, of a 3 kB Pod on one connection (B2); limit: a stub with one commit a PUT.
// [--runs 3] [--n 1500] [--built] [--profile FOLDER] [--load FILE]
import { flagsOf, SERVER_FLAGS } from './_arguments.mjs'
import { compare } from './_compare.mjs'

const flags = flagsOf({ ...SERVER_FLAGS, n: 1500 })

await compare(
  [
    {
      name: 'update',
      work: 'update',
      options: { n: flags.n },
      warmUp: { n: 500 },
      operations: () => ['GET and PUT', flags.n],
      read: ({ get_ms: get, put_ms: put }) => [
        [': GET p50', 'ms', get.p50],
        [': GET p99', 'ms', get.p99],
        [': PUT p50', 'ms', put.p50],
        [': PUT p99', 'ms', put.p99],
      ],
    },
  ],
  flags,
)
