import { deepEqual, parseExactJson, printExactJson } from '@kubetape/apimachinery'
import type { RunRequest } from '@kubetape/journal'
import { holdsSecrets, isPseudonym } from './redaction.ts'

/** One place at which two requests differ; undefined where one side has nothing. */
export interface FieldDifference {
  /** As `body.spec.replicas`, `options.dryRun`; list items by position: `body.spec.ports[0].port`. */
  readonly path: string
  readonly recorded: unknown
  readonly now: unknown
}

/** Where more places differ than anybody reads. */
const DIFFERENCES_MAX = 20

/**
 * Where the request that code makes now differs from the recorded one; empty: they are the same. Undefined members are no members on the tape,
 * and what a recorder took out may have been anything.
 */
export function requestDifferences(recorded: RunRequest, now: RunRequest): FieldDifference[] {
  const asked = parseExactJson(printExactJson(now))
  if (deepEqual(recorded, asked)) return []
  const found: FieldDifference[] = []
  collect('', recorded, asked, holdsSecrets(recorded), found)
  return found
}

function collect(path: string, recorded: unknown, now: unknown, isRedacted: boolean, found: FieldDifference[]): void {
  if (found.length >= DIFFERENCES_MAX || deepEqual(recorded, now)) return
  if (isRedacted && typeof now === 'string' && isPseudonym(recorded)) return
  if (isRecord(recorded) && isRecord(now)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(now)]))
      collect(path === '' ? name : path + member(name), recorded[name], now[name], isRedacted, found)
  } else if (Array.isArray(recorded) && Array.isArray(now)) {
    for (let at = 0; at < Math.max(recorded.length, now.length); at++) collect(`${path}[${at}]`, recorded[at], now[at], isRedacted, found)
  } else found.push({ path, recorded, now })
}

const member = (name: string): string => (/^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
