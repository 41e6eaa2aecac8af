/** The log in memory: `createMemoryLog({ clock })`. */
export { createMemoryLog, type MemoryLogOptions } from './memory-log.ts'
