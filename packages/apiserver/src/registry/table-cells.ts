import type { PodSpec } from '@kubetape/api/types/core/v1'
import { humanDuration, isStatusError, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'

/** How long ago a time was, as tables say it: `5m`; `<unknown>` without a time. */
export function ageCell(time: string | null | undefined, nowMs: number): string {
  return time === undefined || time === null ? '<unknown>' : humanDuration(nowMs - Date.parse(time))
}

/** The names and the images of a Pod's containers, one cell each. */
export function containerCells(spec: Readonly<PodSpec> | undefined): [names: string, images: string] {
  const containers = spec?.containers ?? []
  return [containers.map((container) => container.name).join(','), containers.map((container) => container.image ?? '').join(',')]
}

/** A selector as text; `<none>` where it has no requirements, `<error>` where it is malformed. */
export function selectorCell(selector: LabelSelectorObject | undefined): string {
  try {
    return labelSelectorOf(selector).toString() || '<none>'
  } catch (error) {
    if (isStatusError(error)) return '<error>'
    throw error
  }
}
