import { gone, type KubeObject, type WatchEvent } from '@kubetape/apimachinery'
import { concat, defer, EMPTY, NEVER, type Observable, take, tap, throwError } from 'rxjs'
import type { WatchFault } from './fault.ts'

/** The events of `source` until the fault strikes. A source that ends before never meets it. */
export function faultyWatch<T extends KubeObject>(source: Observable<WatchEvent<T>>, fault: WatchFault): Observable<WatchEvent<T>> {
  const { afterEvents = 0 } = fault
  return defer(() => {
    let seen = 0
    const before = source.pipe(
      take(afterEvents),
      tap(() => seen++),
    )
    return concat(
      before,
      defer(() => (seen < afterEvents ? EMPTY : ending(fault))),
    )
  })
}

function ending(fault: WatchFault): Observable<never> {
  switch (fault.type) {
    case 'drop': {
      const { error } = fault
      return error === undefined ? EMPTY : throwError(() => error)
    }
    case 'expire':
      return throwError(() => gone('too old resource version: the fault plan expires this watch'))
    case 'silence':
      return NEVER
  }
}
