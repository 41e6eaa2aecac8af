import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from '../authorization/access-reviews.ts'
import type { SubresourceHandler } from '../registry.ts'
import { reviewSelf } from '../authentication/self-subject-review.ts'
import { requestToken } from '../authentication/token-request.ts'
import { reviewToken } from '../authentication/token-review.ts'
import { bindPod } from './binding.ts'
import { evictPod } from './eviction.ts'
import { podLog } from './pod-log.ts'
import { podStream } from './pod-streams.ts'
import { nodeProxy, podProxy, serviceProxy } from './proxies.ts'

/** Subresources with a behaviour of their own, by `group/resource/subresource`. */
export const subresourceHandlers: ReadonlyMap<string, SubresourceHandler> = new Map([
  ['/bindings/', bindPod],
  ['/nodes/proxy', nodeProxy],
  ['/pods/attach', podStream('attach')],
  ['/pods/binding', bindPod],
  ['/pods/eviction', evictPod],
  ['/pods/exec', podStream('exec')],
  ['/pods/log', podLog],
  ['/pods/portforward', podStream('portforward')],
  ['/pods/proxy', podProxy],
  ['/services/proxy', serviceProxy],
  ['authorization.k8s.io/localsubjectaccessreviews/', localSubjectAccessReview],
  ['authorization.k8s.io/selfsubjectaccessreviews/', selfSubjectAccessReview],
  ['authorization.k8s.io/selfsubjectrulesreviews/', selfSubjectRulesReview],
  ['authorization.k8s.io/subjectaccessreviews/', subjectAccessReview],
  ['/serviceaccounts/token', requestToken],
  ['authentication.k8s.io/selfsubjectreviews/', reviewSelf],
  ['authentication.k8s.io/tokenreviews/', reviewToken],
])
