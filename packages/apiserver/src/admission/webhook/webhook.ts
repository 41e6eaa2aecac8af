import type { LabelSelector } from '@kubetape/apimachinery'
import type { AnyWebhook } from '../../registry/admissionregistration/webhook-validation.ts'
import type { MatchConditions } from '../cel/match-conditions.ts'

/** What of a label selector matching takes. */
export type Selector = Pick<LabelSelector, 'empty' | 'matches'>

/** A webhook as it is asked: what its configuration says, read once. */
export interface Webhook {
  /** The configuration that it is in. */
  readonly configuration: string
  /** Unlike any other's, also where two have one name. */
  readonly uid: string
  readonly spec: Readonly<AnyWebhook>
  readonly namespaceSelector: Selector
  readonly objectSelector: Selector
  /** Its match conditions; undefined without any. Compiled when a request first comes so far. */
  readonly conditions: (() => MatchConditions) | undefined
}
