import { type FieldError, failure, FieldPath, forbidden, invalidObject, notSupported } from '@kubetape/apimachinery'
import type { RequestOptions } from '../request/api-request.ts'
import type { RegistryEnvironment } from './environment.ts'

/** Query options of LIST and WATCH that contradict each other (upstream's ValidateListOptions). */
export function checkListOptions(options: RequestOptions, environment: RegistryEnvironment, isWatch: boolean): void {
  const { resourceVersion = '', resourceVersionMatch = '', sendInitialEvents } = options
  const errors: FieldError[] = []
  const match = FieldPath.of('resourceVersionMatch')
  const initial = FieldPath.of('sendInitialEvents')
  if (isWatch) {
    if (resourceVersionMatch !== '' && sendInitialEvents === undefined)
      errors.push(forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
    if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan')
      errors.push(forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
    else if (resourceVersionMatch !== '' && resourceVersionMatch !== 'NotOlderThan')
      errors.push(notSupported(match, resourceVersionMatch, ['NotOlderThan']))
    if (sendInitialEvents !== undefined && !environment.gates.enabled('WatchList'))
      errors.push(forbidden(initial, 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'))
  } else {
    if (sendInitialEvents !== undefined) errors.push(forbidden(initial, 'sendInitialEvents is forbidden for list'))
    if (resourceVersionMatch !== '') {
      if (resourceVersion === '') errors.push(forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
      if (options.continue) errors.push(forbidden(match, 'resourceVersionMatch is forbidden when continue is provided'))
      if (!['Exact', 'NotOlderThan'].includes(resourceVersionMatch))
        errors.push(notSupported(match, resourceVersionMatch, ['Exact', 'NotOlderThan', '']))
      if (resourceVersionMatch === 'Exact' && resourceVersion === '0')
        errors.push(forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    }
  }
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
}

/** Decimal, or the 500 that upstream answers (FACTS, "Generic API"). */
export function parseResourceVersion(text: string): number {
  if (!/^\d+$/.test(text)) {
    const quoted = JSON.stringify(text)
    throw failure(500, undefined, `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`)
  }
  return Number(text)
}
