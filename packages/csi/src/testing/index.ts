/** A driver in memory, a border where calls of drivers go wrong, and sockets for tests; start with `FakeCsiDriver`. */
export { FakeCsiDriver, type FakeCsiCall, type FakeCsiDriverOptions } from './fake-csi-driver.ts'
export type { FakeStorage, FakeVolume } from './fake-volumes.ts'
export { CSI_FAULTS, type CsiCallPoint, type CsiFault, faultAt, faultyCsiDriver, type FaultyCsiDriverOptions } from './faulty-csi-driver.ts'
export { type RawClient, rawClient } from './raw-client.ts'
export type { ScriptedFailure } from './scripted-failures.ts'
export { socketFolder } from './socket-folder.ts'
