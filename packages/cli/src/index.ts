/** The kubetape command. Programs want `ControlPlane` of @kubetape/control-plane; `run` is for tests of the command line. */
export { run } from './program.ts'
export { CommandFailed, type Output, processOutput } from './output.ts'
