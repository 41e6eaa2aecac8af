import { type CsiCode, csiCodeOf } from '@kubetape/csi'

/** An error of a driver in the words that users of gRPC know: `rpc error: code = NotFound desc = …`; any other by its message. */
export function driverErrorText(error: unknown): string {
  const code = csiCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  return code === undefined ? message : `rpc error: code = ${goCode(code)} desc = ${message}`
}

/** `INVALID_ARGUMENT` as `InvalidArgument`. */
function goCode(code: CsiCode): string {
  if (code === 'CANCELLED') return 'Canceled'
  return code.replaceAll(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase())
}
