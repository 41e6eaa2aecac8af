const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** 64 bits of a text's UTF-8 form as 16 hexadecimal digits (FNV-1a). Tells versions of code apart; not for secrets. */
export function codeDigest(source: string): string {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(source)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  return hash.toString(16).padStart(16, '0')
}
