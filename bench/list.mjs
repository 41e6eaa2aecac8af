// Lists of 10,000 Pods of 3 kB: whole, by selectors, in pages (B4); limit: a stub that joins the bytes and matches nothing.
// [--runs 3] [--n 10000] [--built] [--profile FOLDER] [--load FILE]
import { flagsOf, SERVER_FLAGS } from './_arguments.mjs'
import { compare } from './_compare.mjs'

const flags = flagsOf({ ...SERVER_FLAGS, n: 10_000 })

await compare(
  [
    {
      name: `list of ${flags.n}`,
      work: 'list',
      options: { n: flags.n, connections: 32 },
      warmUp: { n: 1000, connections: 32 },
      read: (result) => [
        [': whole', 'ms', result.full.ms],
        [': label selector, none', 'ms', result.selector_none.ms],
        [': label selector, 1 %', 'ms', result.selector_1pct.ms],
        [': field selector, none', 'ms', result.field_none.ms],
        [': in pages of 500', 'ms', result.pages.ms],
      ],
    },
  ],
  flags,
)
