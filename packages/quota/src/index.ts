/** What objects count for in a ResourceQuota, and what a quota still has room for. Start with `evaluatorOf({ group, resource })`. */
export { type Amounts, amountsOf, addAmounts, listOf, maskAmounts, printAmounts, sameAmounts } from './amounts.ts'
export { type Charge, charge, type ChargeOutcome } from './charge.ts'
export type { Evaluator, ScopeRequirement } from './evaluator.ts'
export { evaluatorOf, isCounted } from './evaluators.ts'
export { podAmounts } from './pod-amounts.ts'
export { matchesScopes, scopesOf } from './quota-scopes.ts'
