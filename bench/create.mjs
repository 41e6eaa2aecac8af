// Durable creation of 3 kB Pods through HTTPS, 64 and 16 connections (B1); limit: a stub with group commit.
// [--runs 3] [--seconds 8] [--connections 64,16] [--built] [--profile FOLDER] [--load FILE]
import { flagsOf, numbersOf, SERVER_FLAGS } from './_arguments.mjs'
import { compare } from './_compare.mjs'

const flags = flagsOf({ ...SERVER_FLAGS, seconds: 8, connections: '64,16' })

await compare(
  numbersOf(flags.connections).map((connections) => ({
    name: `create, ${connections} connections`,
    work: 'create',
    options: { connections, seconds: flags.seconds },
    warmUp: { connections, seconds: 2 },
    operations: (result) => ['create', result.creates_per_s * flags.seconds],
    read: (result) => [
      ['', '1/s', result.creates_per_s],
      [': latency p50', 'ms', result.ms.p50],
      [': latency p99', 'ms', result.ms.p99],
    ],
  })),
  flags,
)
