/** For tests: `clientContract(name, makeClient)` is what every Client passes; `faultyClient(client, plan)` fails requests as planned. */
export { clientContract, type ContractOptions } from './client-contract.ts'
export type { ClientSubject } from './contract-scene.ts'
export { Crashed } from './crashed.ts'
export type { Fault, FaultRule, RequestFault, RequestRecord, WatchFault } from './fault.ts'
export { FaultyClient, faultyClient, type FaultPlan } from './faulty-client.ts'
