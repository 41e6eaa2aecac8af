import { type FieldError, type FieldPath, invalid, required } from '@kubetape/apimachinery'
import type { HostAlias, PodDNSConfig } from '@kubetape/api/types/core/v1'
import { checkSubdomain } from './field-rule.ts'
import { checkIp } from './ip-rule.ts'

/** Limits of the resolver in the C library of Linux. */
const NAMESERVERS_MAX = 3
const SEARCHES_MAX = 32
const SEARCH_LIST_MAX_CHARACTERS = 2048

/** Validates how a Pod resolves names (API reference, PodDNSConfig). */
export function validateDnsConfig(config: PodDNSConfig | undefined, policy: string | undefined, path: FieldPath): FieldError[] {
  const nameservers = config?.nameservers ?? []
  const searches = config?.searches ?? []
  if (policy === 'None') {
    if (config === undefined) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    if (nameservers.length === 0)
      return [required(path.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
  }
  const errors: FieldError[] = []
  if (nameservers.length > NAMESERVERS_MAX)
    errors.push(invalid(path.child('nameservers'), nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`))
  for (const [at, nameserver] of nameservers.entries()) errors.push(...checkIp(path.child('nameservers').index(at), nameserver))
  const place = path.child('searches')
  if (searches.length > SEARCHES_MAX) errors.push(invalid(place, searches, `must not have more than ${SEARCHES_MAX} search paths`))
  if (Buffer.byteLength(searches.join(' ')) > SEARCH_LIST_MAX_CHARACTERS) {
    errors.push(
      invalid(place, searches, `must not have more than ${SEARCH_LIST_MAX_CHARACTERS} characters (including spaces) in the search list`),
    )
  }
  for (const [at, search] of searches.entries()) errors.push(...checkSubdomain(place.index(at), search.replace(/\.$/, '')))
  for (const [at, option] of (config?.options ?? []).entries())
    if (!option.name) errors.push(required(path.child('options').index(at), 'must not be empty'))
  return errors
}

/** Validates additions to a Pod's hosts file (API reference, HostAlias). */
export function validateHostAliases(aliases: readonly HostAlias[], path: FieldPath): FieldError[] {
  return aliases.flatMap((alias, at) => [
    ...checkIp(path.index(at).child('ip'), alias.ip ?? ''),
    ...(alias.hostnames ?? []).flatMap((name, index) => checkSubdomain(path.index(at).child('hostnames').index(index), name)),
  ])
}
