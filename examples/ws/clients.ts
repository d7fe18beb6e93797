import type { WebSocket } from 'ws'

/** Who is connected, and what was said. What this module holds stays while others are edited. */
export const clients = new Set<WebSocket>()
export const said: string[] = []
