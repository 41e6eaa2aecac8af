/** Virtual time for tests: `new VirtualClock()`, then `await clock.advance(ms)`. */
export { VirtualClock } from './virtual-clock.ts'
