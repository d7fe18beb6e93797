/**
 * Requests and connections as processes. All servers of Node inherit `emit` from `net.Server`, so one place sees them all:
 *   http, https     each request: `GET /users/42`; an upgraded connection: `WebSocket /chat`
 *   http2           each stream: `GET /users/42`
 *   net, tls        each connection: `socket 127.0.0.1:50312`
 * The process lives until the response (stream, connection) is closed and nothing of it is left. What its code throws goes
 * where it goes in plain Node. When it is killed, its connection is destroyed.
 */
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import type { Process } from '../process/process'
import { bindEvents, bindRequest, processOf } from './boundEvents'
import type { ImplicitDeps } from './context'
import { emission, emit } from './emit'
import { patch } from './patch'

const REQUESTS: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

/** What a server is asked to do for somebody, apart from requests: the server that took over its port does it. */
const FOR_SUCCESSOR: ReadonlySet<unknown> = new Set(['upgrade', 'connect', 'stream', 'session', 'clientError', 'secureConnection', 'dropRequest'])

export interface Succession {
  successor(server: net.Server): net.Server
  /** Nobody must hear this event. */
  swallows(server: net.Server, event: unknown): boolean
}

export function installServers({ processes }: ImplicitDeps, succession: Succession): void {
  const { storage } = processes.table
  // Known once, V8 need not look them up for each request.
  const { IncomingMessage, ServerResponse } = http
  const { Server } = net

  function start(label: string, connection: { destroy(): unknown }): Process {
    const process = processes.newProcess({ label, kind: 'implicit' })
    process.connection = connection
    return process
  }

  patch(net.Server.prototype, 'emit', (native) => function (this: unknown, ...args) {
    if (!(this instanceof Server)) return emit(native, this, args)
    const event = args[0]
    const first = args[1]
    const second = args[2]
    // What comes most often is looked at first.
    const isRequest = event === 'request' || REQUESTS.has(event)
    if (!isRequest && succession.swallows(this, event)) return false
    const server = isRequest || FOR_SUCCESSOR.has(event) ? succession.successor(this) : this
    if (isRequest && first instanceof IncomingMessage && second instanceof ServerResponse) {
      const known: object = second
      const process = processOf(known) ?? start(requestLabel(first.method, first.url), first.socket)
      bindRequest(first, second, process)
      return processes.runOpen(process, emission(native, server, args))
    }
    const open = opening(server, event, first, second)
    if (open === undefined || (processOf(open.about) !== undefined && processOf(open.about) === storage.getStore())) return emit(native, server, args)
    const process = start(open.label, open.connection)
    if (open.stays) process.purgedCode = 'ends it'
    for (const emitter of open.emitters) bindEvents(processes, emitter, process, emitter === open.about)
    return processes.runOpen(process, emission(native, server, args))
  })
}

interface Opening {
  readonly label: string
  /** Its 'close' is the end of the process. */
  readonly about: object
  /** Their events belong to the process. */
  readonly emitters: readonly NodeJS.EventEmitter[]
  readonly connection: { destroy(): unknown }
  /** It has no end that it comes to by itself. */
  readonly stays: boolean
}

/** The process that this event begins, if it is such an event. */
function opening(server: net.Server, event: unknown, first: unknown, second: unknown): Opening | undefined {
  switch (event) {
    case 'request':
    case 'checkContinue':
    case 'checkExpectation':
      return streamOf(first)
    case 'upgrade':
    case 'connect':
      return first instanceof http.IncomingMessage && second instanceof net.Socket ? upgraded(first, second) : undefined
    case 'stream':
      return isStream(first) ? { label: requestLabel(header(second, ':method'), header(second, ':path')), about: first, emitters: [first], connection: first, stays: false } : undefined
    case 'connection':
      return isPlain(server) && first instanceof net.Socket ? connected(first) : undefined
    case 'secureConnection':
      return !speaksHttp(server) && first instanceof tls.TLSSocket ? connected(first) : undefined
    default:
      return undefined
  }
}

/** The stream behind a request of http2 that looks like one of http. It has a process already, unless somebody emits it himself. */
function streamOf(request: unknown): Opening | undefined {
  const stream: unknown = typeof request === 'object' && request !== null ? Reflect.get(request, 'stream') : undefined
  if (!isStream(stream)) return undefined
  return { label: requestLabel(String(Reflect.get(Object(request), 'method')), String(Reflect.get(Object(request), 'url'))), about: stream, emitters: [stream], connection: stream, stays: false }
}

function upgraded(request: http.IncomingMessage, socket: net.Socket): Opening {
  const to = request.headers.upgrade
  const label = request.method === 'CONNECT' ? `CONNECT ${request.url}` : `${to?.toLowerCase() === 'websocket' ? 'WebSocket' : (to ?? 'upgrade')} ${withoutQuery(request.url)}`
  return { label, about: socket, emitters: [socket], connection: socket, stays: true }
}

const connected = (socket: net.Socket): Opening =>
  ({ label: socket.remoteAddress === undefined ? 'socket' : `socket ${socket.remoteAddress.replace('::ffff:', '')}:${socket.remotePort}`, about: socket, emitters: [socket], connection: socket, stays: true })

const requestLabel = (method: string | undefined, url: string | undefined): string => `${method ?? 'GET'} ${withoutQuery(url)}`

function withoutQuery(url = '/'): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

const header = (headers: unknown, name: string): string | undefined => {
  const value: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, name) : undefined
  return typeof value === 'string' ? value : undefined
}

const isPlain = (server: net.Server): boolean => !(server instanceof tls.Server) && !speaksHttp(server)

/** Their connections are no activity of the program: their requests are. Http2's classes are private to Node. */
const speaksHttp = (server: net.Server): boolean => server instanceof http.Server || Reflect.has(server, 'setTimeout')

interface Stream extends NodeJS.EventEmitter { destroy(): unknown }
const isStream = (value: unknown): value is Stream =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'destroy') === 'function' && typeof Reflect.get(value, 'on') === 'function'

