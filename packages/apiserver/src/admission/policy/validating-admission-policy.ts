import { StatusError } from '@kubetape/apimachinery'
import type { CelAuthorizer } from '@kubetape/cel'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import { refusedByAdmission } from '../admission-refusal.ts'
import { admissionVariables, authorizerVariable } from '../cel/admission-variables.ts'
import { settled } from '../cel/expressions.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { EquivalentResources } from './equivalent-resources.ts'
import { type Denial, evaluatePolicy, type PolicyVerdict } from './evaluate-policy.ts'
import type { MatchSources } from './match-resources.ts'
import { checkParamAccess } from './param-access.ts'
import { PolicyConfigurationError } from './policy-configuration-error.ts'
import { type PolicyBindingHook, type PolicyHook, PolicyHooks } from './policy-hooks.ts'
import { collectParams, paramResource } from './policy-params.ts'
import { RequestForms } from './request-forms.ts'

/** Longest value of an audit annotation, in characters. */
const ANNOTATION_MAX = 10 * 1024
const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure'

/** What policies are never asked about, beside what could lock everybody out: questions rather than objects. */
const EXEMPT = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
])

/** Codes of the reasons that validations may give. */
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

interface Refusal {
  readonly policy: string
  readonly binding: string | undefined
  readonly message: string
  readonly reason: string
}

type Sources = PluginEnvironment & MatchSources

/** One policy with a binding that matches, and the variables of each of its params. */
interface Invocation {
  readonly hook: PolicyHook
  readonly bound: PolicyBindingHook
  readonly variables: Readonly<Record<string, unknown>>
}

/** Asks the policies that are bound (plugin ValidatingAdmissionPolicy, KEP-3488). */
export function validatingAdmissionPolicy(environment: PluginEnvironment): AdmissionPlugin {
  const hooks = new PolicyHooks(environment.storage, environment.gates)
  const sources = { ...environment, equivalents: new EquivalentResources(environment.registry) }
  return {
    name: 'ValidatingAdmissionPolicy',
    validate(attributes) {
      const { group, resource } = attributes.resource.info
      if (group === 'admissionregistration.k8s.io') return checkParamAccess(attributes, environment)
      const all = hooks.all()
      if (all.length === 0 || EXEMPT.has(`${group}/${resource}`)) return
      return judge(all, attributes, sources)
    },
  }
}

function judge(hooks: readonly PolicyHook[], attributes: AdmissionAttributes, sources: Sources): void | Promise<void> {
  const asking: Asking = {
    attributes,
    sources,
    forms: new RequestForms(attributes),
    ask: authorizerVariable(attributes, sources.authorizer),
  }
  const steps = settled(() => hooks.flatMap((hook) => stepsOf(hook, asking)))
  return steps instanceof Promise ? steps.then((known) => take(known, attributes)) : take(steps, attributes)
}

function take(steps: readonly (Invocation | Refusal)[], attributes: AdmissionAttributes): void | Promise<void> {
  if (steps.length === 0) return
  const verdicts = settled(() => steps.map((one) => ('message' in one ? undefined : evaluatePolicy(one.hook.compiled(), one.variables))))
  if (verdicts instanceof Promise) return verdicts.then((all) => carryOut(steps, all, attributes))
  carryOut(steps, verdicts, attributes)
}

/** One request, and what all policies learn of it together. */
interface Asking {
  readonly attributes: AdmissionAttributes
  readonly sources: Sources
  readonly forms: RequestForms
  readonly ask: CelAuthorizer
}

/**
 * What a policy has to say, in the order of its bindings; one that cannot be used as it stands refuses, unless its failures are ignored. Throws a
 * CelPending while a webhook converts what it is about.
 */
function stepsOf(hook: PolicyHook, { attributes, sources, forms, ask }: Asking): (Invocation | Refusal)[] {
  const matched = hook.matcher.match(attributes, sources)
  if (matched === undefined) return []
  const { paramKind, failurePolicy } = hook.policy.spec ?? {}
  const configured = (verb: string, binding: string | undefined, act: () => (Invocation | Refusal)[]): (Invocation | Refusal)[] => {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof PolicyConfigurationError)) throw error
      const message = `failed to configure ${verb}: ${error.message}`
      return failurePolicy === 'Ignore' ? [] : [{ policy: hook.name, binding, message, reason: '' }]
    }
  }
  return configured('policy', undefined, () => {
    const resource = paramKind === undefined ? undefined : paramResource(paramKind, sources)
    const bindings = hook.bindings.filter(({ matcher }) => matcher === undefined || matcher.match(attributes, sources) !== undefined)
    return bindings.flatMap((bound) =>
      configured('binding', bound.name, () =>
        collectParams(resource, bound.binding.spec?.paramRef, attributes.namespace, sources, forms).map((params) => ({
          hook,
          bound,
          variables: admissionVariables(attributes, forms.of(matched), sources, params, ask),
        })),
      ),
    )
  })
}

/** Does what the bindings say: deny, warn, write into the audit log. Throws the first refusal. */
function carryOut(
  steps: readonly (Invocation | Refusal)[],
  verdicts: readonly (PolicyVerdict | undefined)[],
  attributes: AdmissionAttributes,
): void {
  const refusals: Refusal[] = []
  const annotations = new Map<string, Set<string>>()
  for (const [index, step] of steps.entries()) {
    if ('message' in step) {
      refusals.push(step)
      continue
    }
    const { hook, bound } = step
    const { denials, annotations: noted, annotationErrors } = verdicts[index]!
    for (const denial of denials) refusals.push(...act(denial, hook, bound, attributes))
    for (const { key, value } of noted) {
      const full = `${hook.name}/${key}`
      annotations.set(full, (annotations.get(full) ?? new Set()).add(value.slice(0, ANNOTATION_MAX)))
    }
    for (const message of annotationErrors) refusals.push({ policy: hook.name, binding: bound.name, message, reason: '' })
  }
  for (const [key, values] of annotations) attributes.context.request.audit?.annotate(key, [...values].join(', '))
  const [first] = refusals
  if (first !== undefined) throw refusalOf(first, attributes)
}

function act({ index, message, reason }: Denial, hook: PolicyHook, bound: PolicyBindingHook, { context }: AdmissionAttributes): Refusal[] {
  const refusals: Refusal[] = []
  const { validationActions = [] } = bound.binding.spec ?? {}
  for (const action of validationActions) {
    if (action === 'Deny') refusals.push({ policy: hook.name, binding: bound.name, message, reason })
    else if (action === 'Warn')
      context.warn(`Validation failed for ValidatingAdmissionPolicy '${hook.name}' with binding '${bound.name}': ${message}`)
    else {
      const failure = { message, policy: hook.name, binding: bound.name, expressionIndex: index, validationActions }
      context.request.audit?.annotate(FAILURE_ANNOTATION, JSON.stringify([failure]))
    }
  }
  return refusals
}

function refusalOf({ policy, binding, message, reason }: Refusal, attributes: AdmissionAttributes): StatusError {
  const by =
    binding === undefined ? `ValidatingAdmissionPolicy '${policy}'` : `ValidatingAdmissionPolicy '${policy}' with binding '${binding}'`
  const text = `${by} denied request: ${message}`
  const { status } = refusedByAdmission(attributes, text)
  const given = reason === '' ? 'Invalid' : reason
  return new StatusError({
    ...status,
    reason: given as NonNullable<typeof status.reason>,
    code: CODES[given] ?? 422,
    details: { ...status.details, causes: [...(status.details?.causes ?? []), { message: text }] },
  })
}
