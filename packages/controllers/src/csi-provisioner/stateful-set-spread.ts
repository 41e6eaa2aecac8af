/** FNV-1, 32 bits. */
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Where a claim's preferences begin, so that volumes of a StatefulSet are spread evenly and those of one of its Pods lie together: a hash of the
 * StatefulSet's name plus the ordinal of the Pod, both from a name like `data-web-0`. Any name will do.
 */
export function statefulSetSpread(claimName: string): number {
  const dash = claimName.lastIndexOf('-')
  const ordinal = dash < 0 ? '' : claimName.slice(dash + 1)
  if (!/^\d{1,10}$/.test(ordinal) || Number(ordinal) > 0xffff_ffff) return fnv(claimName)
  const prefix = claimName.slice(0, dash)
  return (fnv(prefix.slice(prefix.lastIndexOf('-') + 1)) + Number(ordinal)) >>> 0
}

function fnv(text: string): number {
  let hash = FNV_OFFSET
  for (const byte of new TextEncoder().encode(text)) hash = (Math.imul(hash, FNV_PRIME) ^ byte) >>> 0
  return hash
}
