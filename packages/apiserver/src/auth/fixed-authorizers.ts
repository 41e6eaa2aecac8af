import { type Authorizer, NO_RIGHTS } from './authorizer.ts'

/** Lets everybody do everything (`--authorization-mode=AlwaysAllow`). */
export const alwaysAllow: Authorizer = {
  authorize: () => ({ verdict: 'allow', reason: '' }),
  rightsOf: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
}

/** Lets nobody do anything (`--authorization-mode=AlwaysDeny`); who is in system:masters has been let through before. */
export const alwaysDeny: Authorizer = {
  authorize: () => ({ verdict: 'no-opinion', reason: 'Everything is forbidden.' }),
  rightsOf: () => NO_RIGHTS,
}
