/** How many bytes a text takes in UTF-8: what the API's limits count. Lone surrogates count as the replacement character. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (isSurrogatePair(unit, text.charCodeAt(at + 1))) {
      // Two UTF-16 units become four bytes.
      bytes += 2
      at++
    } else bytes += 2
  }
  return bytes
}

function isSurrogatePair(high: number, low: number): boolean {
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000
}
