/** apiserver, controllers and nodes over one log, as a library: `const plane = await ControlPlane.start()`. */
export { CA_META, ControlPlane, type ControlPlaneOptions } from './control-plane.ts'
export { applyManifests, readManifests } from './apply-manifests.ts'
export { builtinControllers, SIMULATED_NODES_MAX } from './builtin-controllers.ts'
export type { AuditOptions } from './audit-options.ts'
export type { AuthenticationOptions } from './authentication-options.ts'
export { checkOptions } from './check-options.ts'
export { ControlPlaneOptionError } from './option-error.ts'
export { managerLog } from '@kubetape/runtime'
