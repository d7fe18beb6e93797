import { type StartResult, supervisor, type SupervisorInit } from 'codeswitch'
import * as app from './app'
import * as members from './members'
import * as room from './room'

export function startLink(): Promise<StartResult> {
  return supervisor.startLink(app, [], { name: 'chat' })
}

/** The room first, then its members: when the room ends, the members, who were started after it, start afresh with it. */
export function init(): SupervisorInit {
  return ['ok', [{ strategy: 'restForOne', intensity: 3, period: 10 }, [
    { id: 'lobby', start: [room, 'startLink', ['lobby']] },
    { id: 'members', start: [members, 'startLink', ['lobby']], type: 'supervisor' }
  ]]]
}
