import type { KubeObject } from '@kubetape/apimachinery'
import { formatCause } from '@kubetape/journal'
import type { RunAnswer, RunBegin, RunRequest } from '@kubetape/runtime'
import { keyWithinResource, resourcePrefix } from '@kubetape/storage'

/** Answered writes that nothing shows are remembered up to this many: most are of kinds that nobody watches. */
const ANSWERED_MAX = 1000

/** Which request of a run a watch seems to show the effect of; readers of the tape hold it against the answer. */
export class WriteCauses {
  /** Writes under way, by the key of what they write: the watch often shows a write before its answer is there. */
  readonly #asked = new Map<string, string>()
  /** Writes that were answered before the watch showed them, by key. */
  readonly #answered = new Map<string, { readonly version: string; readonly cause: string }>()

  asked(run: RunBegin, request: RunRequest): void {
    const key = writtenKey(request)
    if (key !== undefined) this.#asked.set(key, causeText(run, request))
  }

  answered(run: RunBegin, request: RunRequest, answer: RunAnswer): void {
    const key = writtenKey(request)
    const cause = causeText(run, request)
    // Another run may have begun to write the same object.
    if (key !== undefined && this.#asked.get(key) === cause) this.#asked.delete(key)
    if (answer.type === 'object') this.#remember(request, answer.object, cause)
  }

  /** Undefined where no request of a run is known. An answered write is the cause of one version, and asked for once. */
  causeOf(key: string, object: KubeObject): string | undefined {
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked
    const answered = this.#answered.get(key)
    if (answered === undefined || answered.version !== object.metadata?.resourceVersion) return undefined
    this.#answered.delete(key)
    return answered.cause
  }

  /** Who asks may not show what came of it (handlers of client-node do not): the watch does so later. */
  #remember(request: RunRequest, { metadata }: KubeObject, cause: string): void {
    const { name = request.name, namespace, resourceVersion } = metadata ?? {}
    const key = writtenKey({ ...request, ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) })
    if (key === undefined || resourceVersion === undefined) return
    this.#answered.delete(key)
    this.#answered.set(key, { version: resourceVersion, cause })
    if (this.#answered.size > ANSWERED_MAX) this.#answered.delete(this.#answered.keys().next().value!)
  }
}

function causeText({ id }: RunBegin, { sequence }: RunRequest): string {
  return formatCause({ type: 'run', run: id, sequence })
}

/** The log key of the object that a request writes; undefined for what reads, or names none. */
function writtenKey({ verb, group, resource, cluster, namespace, name, options }: RunRequest): string | undefined {
  if (verb === 'get' || verb === 'list' || name === undefined || options?.['dryRun'] !== undefined) return undefined
  return resourcePrefix({ group, resource, cluster }) + keyWithinResource(namespace ?? '', name)
}
