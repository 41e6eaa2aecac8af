/** The only door to time, randomness and ids. Start with `systemClock()`; tests take `VirtualClock` from `/testing`, streams take `/rxjs`. */
export { type Clock, sleep, systemClock, type Timer } from './clock.ts'
export { type Random, randomFloat, randomInt, seededRandom, systemRandom } from './random.ts'
export { type UidSource, uidSource } from './uid-source.ts'
export { GENERATED_BASE_MAX, generatedName, generatedNameSuffix } from './generated-name.ts'
