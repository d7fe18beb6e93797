/** Sending a request and fetching its answer later: what gen_server, gen_statem and gen_event have in common. */
import type { RequestId, Requests, Response } from './request'
import type { Timeout } from './terms'

/**
 * ['reply', answer], or ['error', [reason, server]] when the server ended before it answered, or was not there ('noproc').
 * OTP's collections of request ids (reqids_new …) are not there: a Map of ids does the same.
 */
export interface Responses {
  /** For at most so long (ms). On 'timeout' the request stays open, and can be waited for again. */
  waitResponse<R = unknown>(request: RequestId, timeout: Timeout): Promise<Response<R> | 'timeout'>
  /** The same, but 'timeout' gives the request up: an answer that comes later is dropped. Default: waits for ever. */
  receiveResponse<R = unknown>(request: RequestId, timeout?: Timeout): Promise<Response<R> | 'timeout'>
  /** Whether a message that was received is the response: for processes that receive by themselves, and for `handleInfo`. */
  checkResponse<R = unknown>(message: unknown, request: RequestId): Response<R> | 'no_reply'
}

export const responsesOf = (requests: Requests): Responses => ({
  waitResponse: (request, timeout) => requests.waitResponse(request, timeout),
  receiveResponse: (request, timeout = 'infinity') => requests.receiveResponse(request, timeout),
  checkResponse: (message, request) => requests.checkResponse(message, request)
})
