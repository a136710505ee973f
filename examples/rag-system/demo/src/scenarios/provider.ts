// Switches faults of the stand-in provider on and off.
import type { Fault, Wire } from '../../../model/src/faults.js'
import { ownModel } from '../system/environments.js'
import { DemoFailure } from '../system/failure.js'
import type { System } from '../system/system.js'

/** @throws DemoFailure when the models are not the stand-in. */
export async function setFault({ model }: System, wire: Wire, fault: Fault): Promise<void> {
  if (ownModel(process.env))
    throw new DemoFailure('this scenario breaks the stand-in provider, and yours are used', 'unset the keys of providers')
  await fetch(`${model}/faults`, { method: 'POST', body: JSON.stringify({ wire, ...fault }) })
}

/** Refuses nothing any more. */
export async function clearFault(system: System, wire: Wire): Promise<void> {
  await setFault(system, wire, {})
}
