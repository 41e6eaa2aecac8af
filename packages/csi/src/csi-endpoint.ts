/** Longest path of a Unix socket on Linux, in bytes. */
const SOCKET_PATH_MAX = 107

/**
 * The path of a driver's socket: `unix:///run/csi/csi.sock`, or the path alone, as the flags of Kubernetes' sidecars take it. Throws for
 * anything else. The protocol has no authentication, so whoever reaches a driver may delete every volume: a socket is guarded by the
 * permissions of its folder, a TCP port by nothing, not even on loopback. So there is no TCP.
 */
export function socketPathOf(endpoint: string): string {
  const refuse = (why: string): never => {
    throw new Error(`Cannot use CSI endpoint ${JSON.stringify(endpoint)}: ${why}`)
  }
  const [, scheme = '', rest = endpoint] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(endpoint) ?? []
  if (scheme !== '' && scheme.toLowerCase() !== 'unix') refuse(`only Unix sockets are spoken to, for example unix:///run/csi/csi.sock`)
  // unix:///absolute and unix:/absolute; what follows two slashes would be a host.
  const path = scheme === '' ? rest : rest.replace(/^\/\/(?=\/)/, '')
  if (!path.startsWith('/') || path.startsWith('//') || path.endsWith('/') || path.includes('\0'))
    refuse('it must name a socket by its absolute path, for example unix:///run/csi/csi.sock')
  const bytes = Buffer.byteLength(path)
  if (bytes > SOCKET_PATH_MAX) refuse(`the path has ${bytes} bytes, a socket's may have ${SOCKET_PATH_MAX}`)
  return path
}
