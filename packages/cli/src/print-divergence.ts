import type { RunRecord } from '@kubetape/journal'
import type { Divergence } from '@kubetape/replay'
import type { RunRequest } from '@kubetape/runtime'
import { shortId } from './author.ts'
import type { Ink } from './ink.ts'
import { lineDiff } from './line-diff.ts'
import { sortMembers } from './sorted-json.ts'

/** A divergence as a unified diff of the request on the tape and the one that today's code makes. */
export function divergenceLines(
  run: Pick<RunRecord, 'id' | 'controller' | 'key'>,
  { sequence, recorded, now, why }: Divergence,
  ink: Ink,
): string[] {
  const color = (line: string): string => (line.startsWith('-') ? ink('red', line) : line.startsWith('+') ? ink('green', line) : line)
  return [
    ink('bold', `diverged: run ${shortId(run.id)} of ${run.controller} for ${run.key}, request ${sequence}: ${why}`),
    ...[`--- recorded`, `+++ now`, ...lineDiff(requestLines(recorded), requestLines(now))].map(color),
    '',
  ]
}

function requestLines(request: RunRequest | undefined): string[] {
  return request === undefined ? [] : JSON.stringify(sortMembers(request), null, 2).split('\n')
}
