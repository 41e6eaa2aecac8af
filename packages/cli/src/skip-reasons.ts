import type { SkippedRun } from '@kubetape/replay'
import { nameOfResource } from './object-reference.ts'

/** Counts skipped runs by what they have in common; single revisions and objects are left to `--verbose`. */
export class SkipReasons {
  readonly #groups = new Map<string, { count: number; readonly controllers: Set<string> }>()

  add({ run, why }: SkippedRun): void {
    const reason = reasonOf(why)
    let group = this.#groups.get(reason)
    if (group === undefined) this.#groups.set(reason, (group = { count: 0, controllers: new Set() }))
    group.count++
    group.controllers.add(run.controller)
  }

  /** `10 skipped: lease versions since erased (simulated-node)`, one line a reason. */
  lines(): string[] {
    return [...this.#groups].map(([reason, { count, controllers }]) => `${count} skipped: ${reason} (${[...controllers].join(', ')})`)
  }
}

function reasonOf(why: string): string {
  if (why.startsWith('there is no controller "')) return 'there is no such controller; name its module with --add'
  const erased = /^it read (\S+) ".*" at \d+, a version that was erased$/.exec(why)?.[1]
  if (erased !== undefined) return `${singular(erased)} versions since erased`
  if (why.startsWith('the tape was compacted up to ')) return 'history since compacted'
  return why.startsWith('an answer that it got, entry ') ? 'answers since erased or compacted' : why
}

/** The words have the plural name without its group, which is unique among what is erased. */
function singular(resource: string): string {
  const group = resource === 'leases' ? 'coordination.k8s.io' : ''
  return nameOfResource({ group, resource }).split('.', 1)[0]!
}
