import { dns1035LabelErrors, dnsLabelErrors, dnsSubdomainErrors, pathSegmentErrors, pathSegmentPrefixErrors } from './names.ts'

/**
 * What the names of a kind must look like: one of the usual formats, or a rule of its own. `asPrefix` tells a rule that it judges a
 * `generateName`, whose end will be followed by random characters.
 */
export type NameRule = 'subdomain' | 'label' | 'dns1035-label' | 'path-segment' | ((name: string, asPrefix: boolean) => string[])

/** What is wrong with a name, or with the beginning of one. */
export function nameErrors(rule: NameRule, name: string, asPrefix: boolean): string[] {
  if (typeof rule === 'function') return rule(name, asPrefix)
  const judged = asPrefix ? withoutTrailingDash(name) : name
  switch (rule) {
    case 'subdomain':
      return dnsSubdomainErrors(judged)
    case 'label':
      return dnsLabelErrors(judged)
    case 'dns1035-label':
      return dns1035LabelErrors(judged)
    case 'path-segment':
      return asPrefix ? pathSegmentPrefixErrors(name) : pathSegmentErrors(name)
  }
}

/** A prefix may end in a dash. The API server replaces the last two characters, so whatever stands before the dash goes unjudged; so here. */
function withoutTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}
