/** What control asks of the main thread, one small clause per request. */
import { inspect } from 'node:util'
import inspector from 'node:inspector'
import { parsePid, pidText } from '../protocol/ids'
import type { Ahead } from './ahead'
import type { CodeServer } from './code/codeServer'
import { withoutThrown } from './code/loadOutcome'
import type { LoadOutcome } from './code/loadOutcome'
import { diagnose, unmark } from './diagnosis/diagnose'
import type { DiagnoseDeps } from './diagnosis/diagnose'
import type { MainRequests, PositionsOf } from './link'
import type { MainHandlers } from './mainPort'
import { ModulePictures } from './picture/modulePictures'
import type { Pid } from './process/pid'
import type { Process } from './process/process'
import type { Release } from './release/releaseTypes'
import type { Shell } from './shell/shell'
import { isHeld } from './code/holders'
import { plainExports } from './code/plainExports'
import { drive } from './steps'
import type { Steps } from './steps'
import { takePicture, viewProcess } from './picture/takePicture'
import { firstChange, takeRisks } from './picture/takeRisks'

export interface HandlerDeps extends DiagnoseDeps {
  positionsOf(url: string): PositionsOf | undefined
  readonly server: CodeServer
  readonly shell: Shell
  readonly ahead: Pick<Ahead, 'add'>
  /** Evaluates what a person typed as a message. */
  valueOf(text: string): unknown
  startProgram(params: Parameters<MainHandlers['start']>[0], reply: (outcome: LoadOutcome) => void): void
  /** The next change is news again; so is what becomes untrue by itself at `until` (ms since the epoch). */
  pictureTaken(until: number | undefined): void
  /** Something that a picture shows may have changed. */
  onChange(): void
  shutdown(exitCode: number): void
  /** A load may have ended the last process: its outcome is told before the program ends. */
  loadEnded(isTold: boolean): void
  openers(): MainRequests['openers'][1]
  /** Asked by a process of its own. */
  readonly release: Pick<Release, 'preview' | 'run'>
}

const PAGE = 200
const INSPECT = { depth: 3, maxArrayLength: 20, maxStringLength: 500, breakLength: 100 }
const MESSAGES_SHOWN = 50

export function createHandlers(deps: HandlerDeps): MainHandlers {
  const { server, processes, picture } = deps
  const { table } = server
  let looking = false
  const modules = new ModulePictures(table, processes)
  const run = (steps: Steps<LoadOutcome>, reply: (outcome: LoadOutcome) => void): void =>
    drive(steps, (outcome) => {
      if (!outcome.ok) throw outcome.error // a bug: every expected failure is a value
      reply(outcome.value)
    })
  const find = (text: string): Process | undefined => {
    const id = parsePid(text)
    return id === undefined ? processes.registry.find(text) : processes.find(id)
  }
  /** A function that runs right now may leave no frame behind when it ends: there will be news when it has. */
  const lookAgain = (): void => {
    if (looking || picture.running() === undefined) return
    looking = true
    setImmediate(() => {
      looking = false
      deps.onChange()
    })
  }
  return {
    ahead({ units }, reply) {
      deps.ahead.add(units)
      reply(true)
    },
    start: (params, reply) => deps.startProgram(params, (outcome) => reply(withoutThrown(outcome))),
    load({ units, reload, ...how }, reply) {
      run(server.load(reload, units, how), (outcome) => {
        deps.loadEnded(false)
        reply(withoutThrown(outcome))
      })
    },
    told(_, reply) {
      deps.loadEnded(true)
      reply(true)
    },
    giveWay({ modules, onLoad }, reply) {
      server.giveWay(modules, onLoad)
      reply(true)
    },
    lingering({ modules }, reply) {
      reply(modules.map((module) => {
        const record = table.get(module)
        const pids = record?.old === undefined || record.current === undefined ? [] : processes.lingering(record.old.record).map((process) => pidText(process.pid.id))
        return { module, old: record?.old !== undefined, total: pids.length, pids: pids.slice(0, PAGE) }
      }))
    },
    previewUpgrade: ({ file, direction }, reply) => void deps.release.preview(file, { direction }).then(reply),
    runUpgrade: ({ file, direction }, reply) => void deps.release.run(file, { direction }).then(reply),
    openers: (_, reply) => reply(deps.openers()),
    holds: ({ asked }, reply) => reply(asked.map((one) => isHeld(table, one))),
    plain: ({ wanted }, reply) => reply(plainExports(table, wanted)),
    diagnose({ module, walk }, reply) {
      const record = table.get(module)
      reply(record === undefined ? undefined : diagnose(deps, record, walk))
    },
    unmark(_, reply) {
      unmark()
      reply(true)
    },
    positions: ({ urls }, reply) => reply(urls.map((url) => deps.positionsOf(url))),
    purge({ module, soft }, reply) {
      if (soft) return reply({ result: server.softPurge(module), killed: [] })
      const killed = server.purge(module)
      return reply({ result: killed.length > 0, killed: killed.map(textOf) })
    },
    delete: ({ module }, reply) => reply({ result: server.delete(module) }),
    rollback({ module }, reply) {
      const version = server.rollback(module)
      reply(version === undefined ? { error: 'no_old_code' } : { version })
    },
    picture({ together }, reply) {
      const atRisk = takeRisks(picture, together)
      deps.pictureTaken(firstChange(atRisk))
      lookAgain()
      reply({ ...takePicture(picture, { offset: 0, limit: PAGE }), ...modules.changes(), atRisk })
    },
    page: (page, reply) => reply(takePicture(picture, page)),
    inspect({ pid }, reply) {
      const process = find(pid)
      reply(process === undefined ? undefined : detailsOf(process, deps))
    },
    kill({ pid, reason }, reply) {
      const process = find(pid)
      reply(process !== undefined && processes.exitProcess(process.pid, reason))
    },
    send({ pid, text }, reply) {
      const process = find(pid)
      if (process === undefined) return reply({ error: 'noproc', message: `no process ${pid}` })
      try {
        processes.send(process.pid, deps.valueOf(text))
        return reply(true)
      } catch (error) {
        return reply({ error: 'badarg', message: error instanceof Error ? error.message : String(error) })
      }
    },
    shell: ({ line, ...shown }, reply) => void deps.shell.evaluate(line, shown).then(reply),
    ping: (_, reply) => reply(true),
    openInspector(_, reply) {
      if (inspector.url() === undefined) inspector.open(0, '127.0.0.1')
      reply({ url: inspector.url() ?? '' })
    },
    shutdown({ exitCode }, reply) {
      reply(true)
      deps.shutdown(exitCode)
    },
  }
}

function detailsOf(process: Process, deps: HandlerDeps): Parameters<Parameters<MainHandlers['inspect']>[1]>[0] {
  const { infos } = deps.processes
  const info = infos.infoOf(process)
  return {
    process: viewProcess(deps.picture, process),
    ancestors: info.ancestors.map(textOf), links: info.links.map(textOf),
    monitors: info.monitors.flatMap((target) => (typeof target === 'string' ? [] : [textOf(target)])), monitoredBy: info.monitoredBy.map(textOf),
    mailbox: info.messages.slice(0, MESSAGES_SHOWN).map((message) => inspect(message, INSPECT)),
    dictionary: info.dictionary.map(([key, value]) => [inspect(key, INSPECT), inspect(value, INSPECT)]),
    resources: info.resources,
  }
}

const textOf = (pid: Pid): ReturnType<typeof pidText> => pidText(pid.id)
