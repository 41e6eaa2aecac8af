import { type LabelSelector, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'

/** Compiled selectors by the object that states them: those of the informers' frozen objects are met again and again. */
const compiled = new WeakMap<LabelSelectorObject, LabelSelector>()

/**
 * Whether labels meet a selector (API reference, LabelSelector v1 meta). No selector matches nothing, an empty one everything. The object
 * must not be changed afterwards. Throws a StatusError where the selector is malformed, which the API server does not store.
 */
export function selectorMatches(selector: LabelSelectorObject | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (selector === undefined) return false
  let ready = compiled.get(selector)
  if (ready === undefined) {
    ready = labelSelectorOf(selector)
    compiled.set(selector, ready)
  }
  return ready.matches(labels)
}
