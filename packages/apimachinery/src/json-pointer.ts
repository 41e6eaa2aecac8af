/** The tokens of a JSON pointer (RFC 6901) after its first slash, unescaped. As upstream, whatever stands before that slash is not looked at. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}
