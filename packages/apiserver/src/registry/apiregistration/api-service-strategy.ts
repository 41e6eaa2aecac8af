import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import {
  cloneJson,
  dns1035LabelErrors,
  dnsSubdomainErrors,
  failure,
  type FieldError,
  FieldPath,
  formatTime,
  invalid,
  required,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const SPEC = FieldPath.of('spec')
const GROUP_PRIORITY_MAX = 20_000
const VERSION_PRIORITY_MAX = 1000

function validate(draft: Draft): FieldError[] {
  const { metadata, spec } = draft as APIService
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, caBundle, insecureSkipTLSVerify } = spec ?? {}
  if (spec?.service !== undefined) throw refusal()
  const errors: FieldError[] = []
  const name = `${version}.${group}`
  if (metadata.name !== name)
    errors.push(
      invalid(FieldPath.of('metadata').child('name'), metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`),
    )
  if (group === '' && version !== 'v1')
    errors.push(required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube'))
  if (group !== '') for (const wrong of dnsSubdomainErrors(group)) errors.push(invalid(SPEC.child('group'), group, wrong))
  for (const wrong of dns1035LabelErrors(version)) errors.push(invalid(SPEC.child('version'), version, wrong))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > GROUP_PRIORITY_MAX)
    errors.push(invalid(SPEC.child('groupPriorityMinimum'), groupPriorityMinimum, `must be positive and less than ${GROUP_PRIORITY_MAX}`))
  if (versionPriority <= 0 || versionPriority > VERSION_PRIORITY_MAX)
    errors.push(invalid(SPEC.child('versionPriority'), versionPriority, `must be positive and less than ${VERSION_PRIORITY_MAX}`))
  if (caBundle) errors.push(invalid(SPEC.child('caBundle'), `${caBundle.length} bytes`, 'local APIServices may not have a caBundle'))
  if (insecureSkipTLSVerify)
    errors.push(invalid(SPEC.child('insecureSkipTLSVerify'), true, 'local APIServices may not have insecureSkipTLSVerify'))
  return errors
}

/** Requests are not passed on to other API servers, so nothing that asks for that is stored. */
function refusal(): Error {
  const why = 'requests are not passed on to other API servers by this release of Kubetape yet'
  return failure(501, undefined, `Cannot register an APIService with a service: ${why}`)
}

/** APIServices (API reference, apiregistration.k8s.io/v1): local ones, which this server answers for itself. */
export const apiServiceStrategy: Strategy = {
  prepareForCreate: (draft, { nowMs }) => {
    const available = { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }
    draft['status'] = { conditions: [{ ...available, lastTransitionTime: formatTime(nowMs) }] }
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validate,
  validateUpdate: validate,
  nameRule: 'path-segment',
  generation: 'none',
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = object as Readonly<APIService>
    const available = status?.conditions?.find(({ type }) => type === 'Available')
    return [
      metadata.name ?? '',
      spec?.service === undefined ? 'Local' : `${spec.service.namespace}/${spec.service.name}`,
      available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason})`,
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
