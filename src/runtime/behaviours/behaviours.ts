/** The behaviours of one runtime, put together. */
import type { Processes } from '../process/processes'
import { createAttempt } from './attempt'
import { createCallbacks } from './callbacks'
import { createEventManager } from './eventManager'
import { createGenEvent } from './genEvent'
import { createGenServer } from './genServer'
import { createGenStatem } from './genStatem'
import { createLauncher } from './launch'
import { createProcLib } from './procLib'
import { createRequests } from './request'
import { createServerLoop } from './serverLoop'
import { createShutdown } from './shutdown'
import { createStatemLoop } from './statemLoop'
import { createSupervisor } from './supervisor'
import { createSupervisorServer } from './supervisorServer'
import { createSys } from './sys'
import { createSystem } from './system'
import { createTask } from './task'

export function createBehaviours(processes: Processes) {
  const attempt = createAttempt(processes)
  const callbacks = createCallbacks(processes.lookup)
  const requests = createRequests(processes, callbacks)
  const procLib = createProcLib(processes, callbacks, requests)
  const system = createSystem(processes, callbacks, requests, attempt)
  const launcher = createLauncher(processes, callbacks, procLib, attempt)
  const loop = createServerLoop(processes, callbacks, requests, system, attempt)
  const supervising = createSupervisorServer(processes, callbacks, attempt, createShutdown(processes))
  const { launch: _, ...procLibForPrograms } = procLib

  return {
    genServer: createGenServer(processes, callbacks, requests, procLib, launcher, loop),
    genStatem: createGenStatem(callbacks, requests, procLib, launcher, createStatemLoop(processes, callbacks, requests, system, attempt)),
    genEvent: createGenEvent(processes, requests, procLib, launcher, loop, createEventManager(processes, callbacks, attempt)),
    task: createTask(processes, attempt),
    supervisor: createSupervisor(processes, callbacks, requests, launcher, loop, supervising),
    sys: createSys(processes, requests, system),
    procLib: procLibForPrograms
  }
}
