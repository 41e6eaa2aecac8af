import { type Clock, systemClock } from '@kubetape/determinism'

/** What is run and stopped; a `Manager` is one. */
export interface Stoppable {
  start(): Promise<void>
  stop(): Promise<void>
  /** Rejects when it cannot go on. */
  readonly done: Promise<void>
}

/** Where signals come from and where the process ends; the process itself, unless a test stands in. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): void
}

export interface SignalOptions {
  /** How long an orderly end may take; then the process exits with 1. Default 30 s (controller-runtime's, and what a Pod is given). */
  readonly stopMs?: number
  /** What ends after the manager, in this order: servers, clients. Each is closed even if one before it fails; their errors reject the call. */
  readonly close?: readonly { close(): void | Promise<void> }[]
  readonly clock?: Clock
  /** Told of signals and of a stop that takes too long. */
  readonly log?: { info(message: string): void; error(message: string): void }
  readonly process?: SignalSource
}

const STOP_MS = 30_000
/** A terminal sends Ctrl-C to every process of a command line, and launchers such as npm pass theirs on: within this time it is one and the same. */
const SAME_SIGNAL_MS = 1000
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Starts a manager and resolves when it has ended in order after SIGINT or SIGTERM: runs under way finish, events are written, the Lease is given
 * up if its options say so. A second signal (a second later), or an end that takes longer than `stopMs`, exits the process at once with 1. Rejects when the
 * manager cannot start or cannot go on (a lost Lease), after everything was closed.
 */
export async function runUntilSignal(manager: Stoppable, options: SignalOptions = {}): Promise<void> {
  const { stopMs = STOP_MS, close = [], clock = systemClock(), log, process: source = process } = options
  let limit: { cancel(): void } | undefined
  let signalled: () => void
  const ending = new Promise<void>((resolve) => (signalled = resolve))
  const exit = (why: string): void => {
    log?.error(`exiting at once: ${why}`)
    source.exit(1)
  }
  let endingSinceMs: number | undefined
  const onSignal = (): void => {
    if (endingSinceMs !== undefined) {
      if (clock.monotonicMs() - endingSinceMs > SAME_SIGNAL_MS) exit('a second signal came')
      return
    }
    endingSinceMs = clock.monotonicMs()
    log?.info('stopping, since a signal came')
    limit = clock.setTimer(() => exit(`stopping took longer than ${stopMs} ms`), stopMs)
    signalled()
  }
  // What is deferred last ends first.
  await using ended = new AsyncDisposableStack()
  ended.defer(() => {
    limit?.cancel()
    for (const signal of SIGNALS) source.off(signal, onSignal)
  })
  for (const one of close.toReversed()) ended.defer(() => one.close())
  ended.defer(() => {
    limit ??= clock.setTimer(() => exit(`stopping took longer than ${stopMs} ms`), stopMs)
    return manager.stop()
  })
  for (const signal of SIGNALS) source.on(signal, onSignal)
  // A manager that waits for leadership has not started yet, and must heed signals too.
  await Promise.race([ending, Promise.all([manager.start(), manager.done])])
}
