import { become, procLib, receive, register, self } from 'codeswitch'
import * as member from './member'
import * as room from './room'

export function startLink(roomName: string, name: string): Promise<unknown> {
  return procLib.startLink(member, 'init', [roomName, name])
}

export async function init(roomName: string, name: string): Promise<never> {
  register(name, self())
  await room.join(roomName, name)
  procLib.initAck(['ok', self()])
  return become(member.loop, name)
}

/** Waits in the code it is in; after each message it goes on in current code, because it names itself through its import. */
export async function loop(name: string): Promise<never> {
  const message = await receive()
  if (Array.isArray(message) && message[0] === 'said') console.log(`${name} sees ${message[1]}: ${message[2]}`)
  return become(member.loop, name)
}
