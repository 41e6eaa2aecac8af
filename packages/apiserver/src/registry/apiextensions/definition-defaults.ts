import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'

const WEBHOOK_PORT = 443

/** Fills in names that follow from the kind, the conversion strategy and the port of a conversion webhook. */
export function defaultDefinition(definition: CustomResourceDefinition): void {
  const { spec } = definition as Partial<CustomResourceDefinition>
  if (spec === undefined) return
  const { names } = spec
  if (names !== undefined) {
    names.singular ||= (names.kind ?? '').toLowerCase()
    if (names.kind) names.listKind ||= `${names.kind}List`
  }
  spec.conversion ??= { strategy: 'None' }
  const service = spec.conversion.webhook?.clientConfig?.service
  if (service !== undefined) service.port ??= WEBHOOK_PORT
}
