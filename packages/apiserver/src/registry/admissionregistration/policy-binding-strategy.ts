import type { ParamRef, ValidatingAdmissionPolicyBinding } from '@kubetape/api/types/admissionregistration/v1'
import {
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  pathSegmentErrors,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { defaultMatchResources, validateMatchResources } from './match-resources-validation.ts'

const SPEC = FieldPath.of('spec')
const ACTIONS = ['Audit', 'Deny', 'Warn']
const EXCLUSIVE = 'name and selector are mutually exclusive'

function validate(draft: Draft): FieldError[] {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = (draft as ValidatingAdmissionPolicyBinding).spec ?? {}
  const path = SPEC.child('policyName')
  return [
    ...(policyName === '' ? [required(path)] : dnsSubdomainErrors(policyName).map((message) => invalid(path, policyName, message))),
    ...validateParamRef(paramRef, SPEC.child('paramRef')),
    // Upstream misspells the field.
    ...validateMatchResources(matchResources, SPEC.child('matchResouces')),
    ...validateActions(validationActions, SPEC.child('validationActions')),
  ]
}

function validateParamRef(paramRef: ParamRef | undefined, path: FieldPath): FieldError[] {
  if (paramRef === undefined) return []
  const { name = '', selector, parameterNotFoundAction } = paramRef
  const errors = name === '' ? [] : pathSegmentErrors(name).map((message) => invalid(path.child('name'), name, message))
  if (name !== '' && selector !== undefined) errors.push(forbidden(path.child('name'), EXCLUSIVE))
  if (selector !== undefined) {
    errors.push(...validateLabelSelector(selector, path.child('selector')))
    if (name !== '') errors.push(forbidden(path.child('selector'), EXCLUSIVE))
  } else if (name === '') errors.push(required(path, 'one of name or selector must be specified'))
  const action = path.child('parameterNotFoundAction')
  if (!parameterNotFoundAction) errors.push(required(action))
  else if (parameterNotFoundAction !== 'Deny' && parameterNotFoundAction !== 'Allow') {
    errors.push(notSupported(action, parameterNotFoundAction, ['Deny', 'Allow']))
  }
  return errors
}

function validateActions(actions: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(path.index(index), action, ACTIONS))
    if (seen.has(action)) errors.push(duplicate(path.index(index), action))
    seen.add(action)
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    const printed = `[]admissionregistration.ValidationAction{${actions.map((one) => JSON.stringify(one)).join(', ')}}`
    errors.push(invalid(path, actions, why, printed))
  }
  return seen.size === 0 ? [...errors, required(path, 'at least one validation action is required')] : errors
}

/** Where policies apply, with what params, and what follows (API reference, admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding). */
export const policyBindingStrategy: Strategy = {
  generation: 'spec',
  metadataOnUpdate: 'whole',
  unconditionalUpdate: false,
  default: (draft) => defaultMatchResources((draft as ValidatingAdmissionPolicyBinding).spec?.matchResources),
  validate,
  validateUpdate: (draft) => validate(draft),
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<ValidatingAdmissionPolicyBinding>
    const { name = '', namespace } = spec?.paramRef ?? {}
    const param = spec?.paramRef === undefined ? '<unset>' : namespace ? `${namespace}/${name}` : name
    return [metadata.name ?? '', spec?.policyName ?? '', param, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
