import { isDeepStrictEqual } from 'node:util'
import type { FlowSchemaSpec, PriorityLevelConfigurationSpec } from '@kubetape/api/types/flowcontrol/v1'
import { type FieldError, FieldPath, invalid } from '@kubetape/apimachinery'
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '../../flow-control/bootstrap-objects.ts'

const EXEMPT = 'exempt'

/** The FlowSchemas that there must be are what they are. */
export function validateFixedFlowSchema(name: string, spec: FlowSchemaSpec | undefined): FieldError[] {
  const fixed = Object.hasOwn(mandatoryFlowSchemas, name) ? mandatoryFlowSchemas[name] : undefined
  return fixed === undefined || isDeepStrictEqual(plain(spec), plain(fixed)) ? [] : [mustEqual(name, spec)]
}

/** So are the priority levels, except for the numbers of the exempt one, which others may borrow from. */
export function validateFixedPriorityLevel(name: string, spec: PriorityLevelConfigurationSpec | undefined): FieldError[] {
  const fixed = Object.hasOwn(mandatoryPriorityLevels, name) ? mandatoryPriorityLevels[name] : undefined
  if (fixed === undefined) return []
  const judged = name === EXEMPT ? { ...spec, exempt: fixed.exempt } : spec
  return isDeepStrictEqual(plain(judged), plain(fixed)) ? [] : [mustEqual(name, spec)]
}

const mustEqual = (name: string, spec: unknown): FieldError =>
  invalid(FieldPath.of('spec'), spec, `spec of '${name}' must equal the fixed value`)

/** Without members that are undefined, which say nothing, and without the prototypes that decoding may leave. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
