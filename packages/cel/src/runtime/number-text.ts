/** A double as Go prints it with the verb g and the shortest precision. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [digits, exponent] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 21) return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  return plain(value)
}

/** Without an exponent: scripts print small numbers with one already where Go does not. */
function plain(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '')
}
