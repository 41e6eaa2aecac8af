import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Cause } from '@kubetape/client'
import type { RunJournal } from './run-journal.ts'

/**
 * Keeps on a tape of its own what controllers see of an API server that keeps none: every version of every object that an informer shows, in
 * the order in which it was shown, with the runs that saw it. A view of a kind is told by its position on that tape, since other servers'
 * resourceVersions say nothing about the order across kinds. Calls are in the order in which things happened; none may throw or wait.
 */
export interface Recording {
  readonly journal: RunJournal
  /** What readers see of `key` changed; `object` undefined: it is gone. Own writes count when they are shown. */
  shown(kind: Kind, key: string, object: KubeObject | undefined, before: KubeObject | undefined): void
  /** The kind was listed for the first time in this session: whatever else the tape has of it went away while nobody watched. */
  listed(kind: Kind, store: { get(key: string): KubeObject | undefined }): void
  /** Up to where the tape tells what the kind's informer shows now. */
  positionOf(kind: Kind): string
  /** Whatever `show` makes visible was caused by this request of a run. */
  during(cause: Cause, show: () => void): void
}
