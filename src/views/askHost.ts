import type { Host } from '../host/host'
import type { Refusal, Requests } from '../protocol/messages'
import { HostDown } from '../host/host'

export const hostDown = (error: HostDown): Refusal => ({ error: 'host_down', message: error.message })

/** A request whose only expected fault, a host that is down, is an answer too. */
export async function askHost<M extends keyof Requests>(host: Pick<Host, 'request'>, method: M, params: Requests[M][0]): Promise<Requests[M][1] | Refusal> {
  try {
    return await host.request(method, params)
  } catch (error) {
    if (error instanceof HostDown) return hostDown(error)
    throw error
  }
}

export const isRefusal = (answer: unknown): answer is Refusal => typeof answer === 'object' && answer !== null && 'error' in answer && 'message' in answer && !('ok' in answer)
