import { type AppendBatch, type Commit, type Entry, type EventLog, ExpectationFailed } from '@kubetape/eventlog'
import type { Clock } from '@kubetape/determinism'

/**
 * One log as an API server on another machine has it: it hears of each commit late, in order, of its own ones before they are answered, and of what
 * refused it before it is refused. When its process dies, nothing is written any more and no answer comes.
 */
export function laggingLog(log: EventLog, clock: Clock, lagMs: () => number): { readonly log: EventLog; readonly die: () => void } {
  const waiting: Commit[] = []
  const listeners = new Set<(commit: Commit) => void>()
  let isDead = false
  const deliver = (): void => {
    for (const commit of waiting.splice(0)) if (!isDead) for (const listener of listeners) listener(commit)
  }
  const stop = log.onCommit((commit) => {
    waiting.push(commit)
    clock.setTimer(() => {
      while (waiting.includes(commit)) {
        const next = waiting.shift()!
        if (!isDead) for (const listener of listeners) listener(next)
      }
    }, lagMs())
  })
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined)
  const append = async (batch: AppendBatch): Promise<Entry[]> => {
    if (isDead) return never()
    try {
      const entries = await log.append(batch)
      if (isDead) return never()
      deliver()
      return entries
    } catch (error) {
      if (isDead) return never()
      if (error instanceof ExpectationFailed) deliver()
      throw error
    }
  }
  const flush = async (): Promise<void> => {
    await log.flush()
    deliver()
  }
  const onCommit = (listener: (commit: Commit) => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const die = (): void => {
    isDead = true
    stop()
  }
  const own: Partial<EventLog> = { append, flush, onCommit }
  const late = new Proxy(log, {
    get: (target, name) => {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target)
      return typeof value === 'function' && !(name in own) ? (value as () => unknown).bind(target) : value
    },
  })
  return { log: late, die }
}
