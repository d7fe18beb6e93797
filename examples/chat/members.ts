import { type StartResult, supervisor, type SupervisorInit } from 'codeswitch'
import * as member from './member'
import * as members from './members'

export function startLink(roomName: string): Promise<StartResult> {
  return supervisor.startLink(members, roomName, { name: 'members' })
}

/** Members are all alike and come when they please. One that crashes comes back; one that leaves does not. */
export function init(roomName: string): SupervisorInit {
  return ['ok', [{ strategy: 'simpleOneForOne', intensity: 10 }, [{ id: 'member', start: [member, 'startLink', [roomName]], restart: 'transient' }]]]
}

export const add = (name: string): Promise<unknown> => supervisor.startChild('members', [name])
