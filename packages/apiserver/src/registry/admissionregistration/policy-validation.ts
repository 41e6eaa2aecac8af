import type {
  AuditAnnotation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from '@kubetape/api/types/admissionregistration/v1'
import {
  deepEqual,
  dns1035LabelErrors,
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  qualifiedNameErrors,
  required,
} from '@kubetape/apimachinery'
import { type CelType, type Expression, PolicyEnvironment } from '@kubetape/cel'
import type { Gates } from '@kubetape/client-go-features'
import { AUDIT_TYPES, expressionOptions, MESSAGE_TYPES, VALIDATION_TYPES } from '../../admission/policy/compiled-policy.ts'
import { validateMatchConditions, versionFor } from './match-conditions-validation.ts'
import { validateMatchResources } from './match-resources-validation.ts'

const SPEC = FieldPath.of('spec')
const FAILURE_POLICIES = ['Fail', 'Ignore']
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const ANNOTATIONS_MAX = 20
const ANNOTATION_EXPRESSION_BYTES_MAX = 5 * 1024
/** Words that CEL keeps for itself. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

type Policy = Readonly<ValidatingAdmissionPolicy>
type Spec = NonNullable<Policy['spec']>

/** Validates a policy; `old` is what it replaces. Expressions that were there already may use whatever this release knows. */
export function validatePolicy(policy: Policy, old: Policy | undefined, gates: Gates): FieldError[] {
  const { spec = {} } = policy
  const { failurePolicy, paramKind, matchConstraints } = spec
  const errors: FieldError[] = []
  const options = expressionOptions(gates)
  const stored = storedExpressions(old?.spec ?? {})
  if (failurePolicy === undefined) errors.push(required(SPEC.child('failurePolicy')))
  else if (!FAILURE_POLICIES.includes(failurePolicy))
    errors.push(notSupported(SPEC.child('failurePolicy'), failurePolicy, FAILURE_POLICIES))
  if (paramKind !== undefined) errors.push(...validateParamKind(paramKind, SPEC.child('paramKind')))
  const constraints = SPEC.child('matchConstraints')
  if (matchConstraints === undefined) errors.push(required(constraints))
  else {
    errors.push(...validateMatchResources(matchConstraints, constraints))
    if ((matchConstraints.resourceRules?.length ?? 0) === 0) errors.push(required(constraints.child('resourceRules')))
  }
  const conditions = spec.matchConditions ?? []
  const untouched = old !== undefined && deepEqual(conditions, old.spec?.matchConditions ?? []) && deepEqual(paramKind, old.spec?.paramKind)
  if (!untouched)
    errors.push(...validateMatchConditions(conditions, SPEC.child('matchConditions'), { params: paramKind !== undefined, options, stored }))
  const variables = spec.variables ?? []
  const environment = new PolicyEnvironment(options, { params: paramKind !== undefined, variables: variables.length > 0 })
  const compile = (text: string, types: readonly CelType['kind'][], authorizer = true): Expression =>
    environment.compile(text, types, authorizer, { ...options, version: versionFor(text, stored) })
  for (const [index, variable] of variables.entries()) {
    errors.push(
      ...validateVariable(variable, SPEC.child('variables').index(index), (text) =>
        environment.declare(variable.name, text, { ...options, version: versionFor(text, stored) }),
      ),
    )
  }
  return [...errors, ...validateRules(policy, spec, compile)]
}

type Compile = (text: string, types: readonly CelType['kind'][], authorizer?: boolean) => Expression

function validateRules({ metadata }: Policy, { validations = [], auditAnnotations = [] }: Spec, compile: Compile): FieldError[] {
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item'
    return [required(SPEC.child('validations'), why), required(SPEC.child('auditAnnotations'), why)]
  }
  const errors = validations.flatMap((one, index) => validateValidation(one, SPEC.child('validations').index(index), compile))
  const path = SPEC.child('auditAnnotations')
  if (auditAnnotations.length > ANNOTATIONS_MAX) {
    errors.push(invalid(path, auditAnnotations, `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`))
  }
  const keys = new Set<string>()
  for (const [index, annotation] of auditAnnotations.entries()) {
    errors.push(...validateAnnotation(annotation, metadata.name ?? '', path.index(index), compile))
    if (keys.has(annotation.key)) errors.push(duplicate(path.index(index).child('key'), annotation.key))
    keys.add(annotation.key)
  }
  return errors
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const place = path.child('apiVersion')
  const parts = apiVersion.split('/')
  if (apiVersion === '') errors.push(required(place))
  else if (parts.length > 2) errors.push(invalid(place, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  else {
    const [group, version] = parts.length === 2 ? [parts[0]!, parts[1]!] : ['', apiVersion === '/' ? '' : apiVersion]
    const wrong = group === '' ? [] : dnsSubdomainErrors(group)
    if (wrong.length > 0) errors.push(invalid(place, group, wrong.join(',')))
    const odd = version === '' ? [] : dns1035LabelErrors(version)
    if (version === '') errors.push(invalid(place, apiVersion, 'version must be specified'))
    else if (odd.length > 0) errors.push(invalid(place, version, odd.join(',')))
  }
  if (kind === '') return [...errors, required(path.child('kind'))]
  const wrong = dns1035LabelErrors(kind.toLowerCase())
  if (wrong.length > 0)
    errors.push(invalid(path.child('kind'), kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`))
  return errors
}

function validateVariable({ name = '', expression = '' }: Variable, path: FieldPath, declare: (text: string) => Expression): FieldError[] {
  const errors: FieldError[] = []
  if (name.trim() === '') errors.push(required(path.child('name'), 'name is not specified'))
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name)) {
    errors.push(invalid(path.child('name'), name, 'name is not a valid CEL identifier'))
  }
  if (expression.trim() === '') return [...errors, required(path.child('expression'), 'expression is not specified')]
  const { refusal } = declare(expression)
  return refusal === undefined ? errors : [...errors, invalid(path.child('expression'), expression, refusal)]
}

function validateValidation(validation: Validation, path: FieldPath, compile: Compile): FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation
  const errors: FieldError[] = []
  const compiled = (name: string, text: string, types: readonly CelType['kind'][], authorizer: boolean): void => {
    const { refusal } = compile(text, types, authorizer)
    if (refusal !== undefined) errors.push(invalid(path.child(name), text, refusal))
  }
  if (expression.trim() === '') errors.push(required(path.child('expression'), 'expression is not specified'))
  else compiled('expression', expression, VALIDATION_TYPES, true)
  if (messageExpression !== '') {
    if (messageExpression.trim() === '')
      errors.push(invalid(path.child('messageExpression'), messageExpression, 'must be non-empty if specified'))
    else compiled('messageExpression', messageExpression, MESSAGE_TYPES, false)
  }
  if (message !== '' && message.trim() === '')
    errors.push(invalid(path.child('message'), message, 'message must be non-empty if specified'))
  else if (/[\n\r]/.test(message.trim())) errors.push(invalid(path.child('message'), message, 'message must not contain line breaks'))
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(path.child('reason'), reason, REASONS))
  return errors
}

function validateAnnotation(
  { key = '', valueExpression = '' }: AuditAnnotation,
  policy: string,
  path: FieldPath,
  compile: Compile,
): FieldError[] {
  const errors: FieldError[] = []
  if (policy === '') errors.push(invalid(path.child('key'), key, 'requires metadata.name be non-empty'))
  else {
    const full = `${policy}/${key}`
    errors.push(...qualifiedNameErrors(full).map((message) => invalid(path.child('key'), full, message)))
  }
  const place = path.child('valueExpression')
  const text = valueExpression.trim()
  if (text === '') return [...errors, required(place, 'valueExpression is not specified')]
  if (Buffer.byteLength(text) > ANNOTATION_EXPRESSION_BYTES_MAX) {
    return [...errors, required(place, `must not exceed ${ANNOTATION_EXPRESSION_BYTES_MAX} bytes in length`)]
  }
  const { refusal } = compile(text, AUDIT_TYPES)
  return refusal === undefined ? errors : [...errors, invalid(place, valueExpression, refusal)]
}

function storedExpressions({ validations = [], matchConditions = [], variables = [], auditAnnotations = [] }: Spec): ReadonlySet<string> {
  return new Set([
    ...validations.flatMap(({ expression, messageExpression }) => [expression, messageExpression ?? '']),
    ...matchConditions.map(({ expression }) => expression.trim()),
    ...variables.map(({ expression }) => expression),
    ...auditAnnotations.map(({ valueExpression }) => valueExpression.trim()),
  ])
}
