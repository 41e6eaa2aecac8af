import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyStatus,
} from '@kubetape/api/types/admissionregistration/v1'
import { formatGroupVersion, type GroupVersionKind, parseGroupVersion } from '@kubetape/apimachinery'
import { type CelType, PolicyEnvironment } from '@kubetape/cel'
import type { KindTypes } from './kind-types.ts'

/** So many kinds are checked at most. */
const KINDS_MAX = 10

type Policy = Readonly<ValidatingAdmissionPolicy>
type Spec = NonNullable<Policy['spec']>

/** What a policy's status should say of its expressions; undefined while it says it of this generation. */
export function plan({ metadata, spec = {}, status }: Policy, types: KindTypes): ValidatingAdmissionPolicyStatus | undefined {
  const generation = metadata.generation ?? 0
  if (generation <= (status?.observedGeneration ?? 0)) return undefined
  const expressionWarnings = warningsOf(spec, types)
  return { observedGeneration: generation, typeChecking: expressionWarnings.length === 0 ? {} : { expressionWarnings } }
}

/** Checks the expressions against each kind that the policy names without wildcards. */
function warningsOf(spec: Spec, types: KindTypes): ExpressionWarning[] {
  const known = kindsToCheck(spec, types).flatMap((kind) => {
    const type = types.typeOf(kind)
    return type === undefined ? [] : [{ kind, type }]
  })
  const params = paramsType(spec, types)
  const environments = known.map(({ kind, type }) => ({ kind, environment: environmentOf(spec, type, params) }))
  return (spec.validations ?? []).flatMap(({ expression, messageExpression = '' }, index) =>
    Object.entries({ expression, messageExpression }).flatMap(([field, text]) => {
      if (text === '') return []
      const warnings = environments.flatMap(({ kind, environment }) => {
        const { refusal } = environment.compile(text, [])
        if (refusal === undefined) return []
        return [`${formatKind(kind)}: ${refusal.replace(/^compilation failed: /, '')}\n`]
      })
      return warnings.length === 0 ? [] : [{ fieldRef: `spec.validations[${index}].${field}`, warning: warnings.join('\n') }]
    }),
  )
}

const formatKind = ({ group, version, kind }: GroupVersionKind): string => `${formatGroupVersion({ group, version })}, Kind=${kind}`

function environmentOf({ variables = [] }: Spec, object: CelType, params: CelType | undefined): PolicyEnvironment {
  const options = { params: params !== undefined, variables: true }
  const environment = new PolicyEnvironment({}, options, { object, ...(params === undefined ? {} : { params }) })
  for (const { name, expression } of variables) environment.declare(name, expression)
  return environment
}

function paramsType({ paramKind }: Spec, types: KindTypes): CelType | undefined {
  if (paramKind === undefined) return undefined
  const { apiVersion = '', kind = '' } = paramKind
  return types.typeOf({ ...parseGroupVersion(apiVersion), kind })
}

/** In the order of group, version and kind. */
function kindsToCheck({ matchConstraints }: Spec, types: KindTypes): GroupVersionKind[] {
  const kinds = new Map<string, GroupVersionKind>()
  for (const { apiGroups = [], apiVersions = [], resources = [] } of matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((one) => one.includes('*'))) continue
    const named = resources.filter((one) => !/[*/]/.test(one))
    for (const group of apiGroups.toSorted()) {
      for (const version of apiVersions.toSorted()) {
        for (const resource of named.toSorted()) {
          for (const kind of types.kindsOf({ group, version, resource })) if (kinds.size < KINDS_MAX) kinds.set(formatKind(kind), kind)
        }
      }
    }
  }
  const key = ({ group, version, kind }: GroupVersionKind): string => `${group}\0${version}\0${kind}`
  return [...kinds.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
