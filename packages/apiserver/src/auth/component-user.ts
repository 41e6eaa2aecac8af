import type { UserInfo } from '../registry/strategy.ts'
import { MASTERS } from './authorizer.ts'

/** Members may do everything; Kubetape's own components are among them, and their causes are honoured. */
export const COMPONENT_GROUP = MASTERS

/** The API server itself, where it changes objects on its own account. */
export const COMPONENT_USER: UserInfo = Object.freeze({ name: 'system:apiserver', groups: [COMPONENT_GROUP] })
