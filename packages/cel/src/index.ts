/** The Common Expression Language as Kubernetes v1.31 has it: types from schemas, Kubernetes' libraries, cost limits, error texts. `compileCel` is where to begin. */
export { BOOL, type CelField, type CelType, DYN, formatType, INT, STRING } from './cel-type.ts'
export { type CelSchema, celTypeOfSchema, leastBytesOfSchema, REQUEST_BYTES } from './types/schema-type.ts'
export { escapeName } from './types/escape-name.ts'
export { compileExpression, type Expression } from './admission/expression.ts'
export { PolicyEnvironment } from './admission/policy-environment.ts'
export { type VariableChoice, variableTypes } from './admission/variable-types.ts'
export { compileCel } from './compile-cel.ts'
export {
  CEL_LIMITS,
  CelCompileError,
  type CelCost,
  type CelEnvironmentOptions,
  CelEvaluationError,
  type CelProgram,
} from './cel-program.ts'
export {
  type AskAuthorizer,
  type AuthorizerAnswer,
  type AuthorizerQuestion,
  CelAuthorizer,
  CelResourceCheck,
} from './library/authorizer.ts'
export { CelPending } from './runtime/frame.ts'
