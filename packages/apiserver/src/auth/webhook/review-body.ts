import type { AccessAttributes, SelectorRequirement } from '../authorizer.ts'

/** What a webhook is asked: a SubjectAccessReviewSpec. */
export type ReviewSpec = Readonly<Record<string, unknown>>

/** The question as webhooks get it: members that are empty are left out, as Go encodes them. */
export function reviewSpec(attributes: AccessAttributes): ReviewSpec {
  const { user } = attributes
  const extra = Object.entries(user.extra ?? {})
  const who = {
    user: user.name,
    groups: user.groups.length > 0 ? user.groups : undefined,
    extra: extra.length > 0 ? user.extra : undefined,
    uid: user.uid,
  }
  if (!attributes.isResource) return filled({ nonResourceAttributes: filled({ path: attributes.path, verb: attributes.verb }), ...who })
  const { namespace, verb, group, version, resource, subresource, name, fieldSelector, labelSelector } = attributes
  return filled({
    resourceAttributes: filled({
      namespace,
      verb,
      group,
      version,
      resource,
      subresource,
      name,
      fieldSelector: requirementsOf(fieldSelector),
      labelSelector: requirementsOf(labelSelector),
    }),
    ...who,
  })
}

function requirementsOf(selector: readonly SelectorRequirement[] | undefined): object | undefined {
  if (selector === undefined || selector.length === 0) return undefined
  return {
    requirements: selector.map(({ key, operator, values }) => ({ key, operator, ...(values.length === 0 ? {} : { values }) })),
  }
}

function filled(members: Readonly<Record<string, unknown>>): ReviewSpec {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''))
}
