import type { RunningWatch, WatchSink } from './read.ts'
import type { ServedResource } from './served-resource.ts'

/**
 * The watches of custom resources that run, so that they end when what they deliver would no longer be what is served: upstream ends them whenever the
 * spec of their definition changes, and their clients watch again.
 */
export class CustomWatches {
  /** How to end them, by group, version and resource. */
  readonly #running = new Map<string, Set<() => void>>()

  /** Runs what `begin` starts until its client stops it, or it is ended from here. */
  run(resource: ServedResource, sink: WatchSink, begin: () => RunningWatch): RunningWatch {
    const key = keyOf(resource)
    const running = begin()
    const ends = this.#running.get(key) ?? new Set()
    let hasStopped = false
    const stop = (): void => {
      hasStopped = true
      running.stop()
      if (ends.delete(end) && ends.size === 0 && this.#running.get(key) === ends) this.#running.delete(key)
    }
    const end = (): void => {
      if (hasStopped) return
      stop()
      sink.end()
    }
    this.#running.set(key, ends.add(end))
    return { stop, revision: () => running.revision() }
  }

  /** The answer ends the watches of these resources that run now; those that begin later go on. */
  ending(resources: readonly ServedResource[]): () => void {
    const ends: (() => void)[] = []
    for (const resource of resources) {
      const key = keyOf(resource)
      ends.push(...(this.#running.get(key) ?? []))
      this.#running.delete(key)
    }
    return () => {
      for (const end of ends) end()
    }
  }
}

const keyOf = ({ info }: ServedResource): string => `${info.group}/${info.version}/${info.resource}`
