/** Where to listen. */
export interface BindAddress {
  /** Undefined: all addresses. */
  readonly host: string | undefined
  /** 0: any free port. */
  readonly port: number
}

/**
 * Reads an address as the flags of controller-runtime take it: `:8080`, `127.0.0.1:8080`, `[::1]:8080`; `0` switches off (undefined). With a host
 * or a colon, port 0 is any free one. Throws a TypeError that says what is wrong.
 */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === '0') return undefined
  const [, host = '', digits] = /^(.*):(\d{1,5})$/.exec(text) ?? []
  if (digits === undefined || Number(digits) > 65_535 || (host.includes(':') && !/^\[.*\]$/.test(host)))
    throw new TypeError(`Cannot listen at ${JSON.stringify(text)}: it is neither "0" nor an address such as ":8080" or "127.0.0.1:8080"`)
  return { host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''), port: Number(digits) }
}
