/** Where a watcher stands. */
export type WatcherState =
  /** The list is being read, page by page. */
  | 'listing'
  /** A watch streams the list first; it goes on as the watch. */
  | 'streaming'
  /** The list is complete and a watch delivers what changes. */
  | 'watching'
  /** Backing off, then everything is listed anew. */
  | 'waiting-to-list'
  /** Backing off, then the watch resumes where it was. */
  | 'waiting-to-watch'
  /** Nobody listens any more. */
  | 'stopped'

/** What happens to a watcher. */
export type WatcherSignal =
  /** The last page came, or the bookmark that ends a streamed list. */
  | 'listed'
  /** The server cannot stream lists. */
  | 'unsupported'
  /** 410: the server no longer has the resourceVersion. */
  | 'expired'
  /** No answer, a refusal, a broken connection, or a watch that ended at once. */
  | 'failed'
  /** The server ended the watch in good order. */
  | 'ended'
  /** Nothing came for too long, not even a bookmark. */
  | 'silent'
  /** The back-off is over. */
  | 'elapsed'
  | 'stop'

type Target = WatcherState | 'relist'

/** Signals that are not named change nothing: they come from a request that is no longer of interest. */
const TRANSITIONS: Readonly<Record<WatcherState, Readonly<Partial<Record<WatcherSignal, Target>>>>> = {
  listing: { listed: 'watching', expired: 'waiting-to-list', failed: 'waiting-to-list', stop: 'stopped' },
  // A server that ends or starves the stream without saying that the list is complete does not know how: a plain list gets on.
  streaming: {
    listed: 'watching',
    unsupported: 'listing',
    ended: 'listing',
    silent: 'listing',
    expired: 'waiting-to-list',
    failed: 'waiting-to-list',
    stop: 'stopped',
  },
  watching: { ended: 'watching', expired: 'waiting-to-list', failed: 'waiting-to-watch', silent: 'waiting-to-watch', stop: 'stopped' },
  'waiting-to-list': { elapsed: 'relist', stop: 'stopped' },
  'waiting-to-watch': { elapsed: 'watching', stop: 'stopped' },
  stopped: {},
}

/** Where a signal leads. `streams`: lists are streamed. The same state means that nothing changes, but for `ended`: watch again. */
export function transition(state: WatcherState, signal: WatcherSignal, streams: boolean): WatcherState {
  const target = TRANSITIONS[state][signal] ?? state
  if (target === 'relist') return streams ? 'streaming' : 'listing'
  return target
}
