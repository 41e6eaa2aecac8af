/** The Common Expression Language as Kubernetes v1.31 has it: types from schemas, Kubernetes' libraries, cost limits, error texts. */
export type { CelField, CelType } from './cel-type.ts'
export {
  CEL_LIMITS,
  CelCompileError,
  type CelCost,
  type CelEnvironmentOptions,
  CelEvaluationError,
  type CelProgram,
} from './cel-program.ts'
