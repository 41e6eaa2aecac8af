/** Feature gates exactly as client-go has them. Code that forks on a feature takes a `Gates`. */
export type { Gates } from './gates.ts'
