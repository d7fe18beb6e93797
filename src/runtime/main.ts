/** The main thread of the runtime host, where the program runs: puts the parts together. */
import { control } from './controlThread'
import path from 'node:path'
import { trusted } from '../base/guards'
import type { ModuleName } from '../protocol/ids'
import { Ahead } from './ahead'
import { systemClock } from './clock'
import { createCodeFunctions } from './code/codeFunctions'
import { CodeServer } from './code/codeServer'
import { die, exit, reportCrash, reportTopLevel, takeOverUncaught } from './process/crashes'
import type { DraftDeps } from './code/draft'
import { Decorators } from './identity/decorators'
import { ExternalFuns, shownName, showSourceOfExternalFuns } from './identity/externalFuns'
import { showWrittenSource } from './identity/functionSource'
import { keepIntegrityOfVersions } from './identity/integrityIdentity'
import { showKindOfExternalFuns } from './identity/kindIdentity'
import { removeListenersByIdentity } from './identity/listenerIdentity'
import { hearMetadata } from './identity/metadataIdentity'
import { HotModules } from './hot/hotModules'
import { HandedHint } from './hot/handedHint'
import { StateHint } from './hot/stateHint'
import { metaOf, moduleBehind } from './code/importMeta'
import { installImplicit } from './implicit/implicit'
import type { Loops } from './implicit/loops'
import type { Change } from './link'
import { createHandlers } from './mainHandlers'
import { MainPort } from './mainPort'
import type { Instance } from './code/moduleTable'
import { NativeModules } from './node/nativeModules'
import { answerNodesImport, hearNodesImportsEarly } from './node/nodeImports'
import { answerNodesRequire } from './node/nodeLoader'
import { createProcessApi } from './process/processApi'
import { ENDED } from './process/process'
import type { Process } from './process/process'
import { createProcesses } from './process/processes'
import { isRepairable, isSuperseded, startProgram, whenNothingIsLeft } from './programStart'
import { createRelease } from './release/release'
import { createShellModules } from './shell/modules'
import { createShell } from './shell/shell'
import { StackTraces } from './node/stackTraces'
import { StaleCode } from './code/staleCode'
import type { VersionRecord } from './code/version'
import { preloadInChildren, tellTypeScript } from './node/typescriptChildren'
import { exportersOf } from './code/holders'
import { describeFrame, functionAt, recordOf, unitOf, unitsOf } from './code/unitOf'
import { Versions } from './code/versions'

const API = Symbol.for('codeswitch.api')

export function main(): void {
  const { worker, port, traps, wake } = control
  worker.on('error', die)
  runtime(new MainPort(port, wake), traps, wake)
  hearNodesImportsEarly(process.cwd())
}

function runtime(port: MainPort, traps: Int32Array, wake: Int32Array): void {
  const stacks = new StackTraces()
  const versions = new Versions(traps, wake)
  const entry: DraftDeps['entry'] = { file: undefined, module: undefined, requirer: undefined }
  let keepAlive = true
  let told: Change | undefined
  let untold = false
  /** A newer save took the place of a start that did not end, or will repair one that could not begin. */
  let startsAgain = false
  let fading: unknown
  // A top level that waits for nothing that could ever happen holds nothing; one that waits for messages does.
  const hold = (): void => port.hold(keepAlive || untold || startsAgain || processes.table.spawned > 0)
  const tell = (what: Change): void => {
    told = what
    port.notify({ type: 'changed', what })
  }
  const onChange = (): void => {
    hold()
    if (told !== 'code') tell('code')
  }
  const onProcessChange = (): void => {
    hold()
    if (told === undefined) tell('processes')
  }
  const opening = [0]
  const embedded = process.env.CODESWITCH_MODE === 'embedded'
  const log = (message: string): void => port.notify({ type: 'log', level: 'warn', message })

  const runningVersions = (): ReadonlySet<VersionRecord> => new Set(stacks.running().flatMap((frame) => recordOf(server, frame.unit, frame.version)))
  const processes = createProcesses({
    traps, onChange: onProcessChange, onDrained: onChange, report: reportCrash,
    lookup: { exported: (module, name) => server.calls.exported(module, name), call: (module, name, args) => server.calls.call(module, name, args), nameOf: (namespace) => server.table.ofNamespace(namespace)?.name },
    onTrap: () => serveAtSafepoint(port, traps, wake),
    onStale: (version, process) => stale.called(version, process),
    onGoesOn: (frame) => implicit.loops.goesOn(frame),
    onReleaseFailed: (label, error) => log(`releasing ${label} failed: ${String(error)}`),
    runningVersions,
    describe: (frame) => describeFrame(server, frame),
  })
  const decorators = new Decorators()
  const stale = new StaleCode({ processes, log, traps, current: (module) => server.table.get(module)?.current?.record, imports: (module, other) => {
    const record = server.table.get(module)
    return [record?.current, record?.old].some((instance) => instance !== undefined && [...instance.unit.links, ...Object.values(instance.unit.dynamic)].some((link) => link.kind === 'module' && link.module === other))
  } })
  const api = createProcessApi(processes)
  const own: Record<string, unknown> = { ...api }
  const natives = new NativeModules(own)
  const server: CodeServer = new CodeServer({
    natives, versions, traps, entry, onChange,
    opening,
    passes: (version, exported) => implicit.loadedBy.passed(version, exported),
    taken: (module, names) => implicit.loadedBy.taken(module, names),
    staging: (batch, run) => decorators.stage(batch, run),
    decorates: (version, apply) => decorators.during(version, apply),
    makes: (version, index, gives, callee) => implicit.loadedBy.made(version, index, gives, callee),
    gives: (version, index, object) => implicit.loadedBy.gave(version, index, object),
    processes: { ...processes.frames, over: (...args: Parameters<Loops['over']>) => implicit.loops.over(...args), each: (...args: Parameters<Loops['each']>) => implicit.loops.each(...args), lingering: processes.lingering, purgeVersion: processes.purgeVersion, loading: () => loadingNow(processes), runTopLevel: (label, version, chains, fn) => runTopLevel(processes, label, (process) => implicit.openLedger(process, version, chains), (process) => implicit.folders.inItsFolder(process, fn)), current: processes.current, endCurrent: () => void processes.exitProcess(processes.current().pid, 'kill') },
    onInstantiated: ({ unit, record }) => stacks.add(unit, record),
    onDiscarding(instances) {
      implicit.discarding(instances.map(({ record }) => record))
      for (const { record } of instances) decorators.replaced(record, undefined)
    },
    onPurged({ record }) {
      implicit.gone(record)
      decorators.forget(record)
      stacks.remove(record)
    },
    onCommitted(instances) {
      implicit.committed(instances.map(({ record }) => record))
      const together = new Set(instances.map(({ unit }) => unit.module))
      for (const instance of instances) {
        tellHanded(instance, together)
        decorators.replaced(server.table.get(instance.unit.module)?.old?.record, instance.record)
      }
    },
    noteOf: ({ unit }) => (hot.keepsState(unit.module) ? undefined : stateHint.of(unit.module, unit.rewritten)),
    onDeleted(module) {
      implicit.deleted(module)
      decorators.replaced(server.table.get(module)?.old?.record, undefined)
    },
    onRolledBack(now, before) {
      decorators.replaced(before.record, now.record)
    },
    onLoadWaits: (turn) => {
      if (turn !== undefined) port.notify({ type: 'onLoadWaits', turn })
    },
    onTopLevelFailed: reportTopLevel,
    onAutoloaded: (loaded) => port.notify({ type: 'autoloaded', versions: loaded }),
    meta: (unit, version) => Object.defineProperty(metaOf(unit, port), 'hot', { get: () => hot.contextOf(version), configurable: true }),
    throwIfEnded: processes.throwIfEnded, embedded,
    find: (text) => port.ask('find', { text, deleted: server.deleted() }),
    findNow: (text) => port.askNow('find', { text, deleted: server.deleted() }),
    async resolve(specifier, importer) {
      const { link, units } = await port.ask('resolve', { specifier, importer, kind: 'import', deleted: server.deleted() })
      server.offer(units)
      return link
    },
    resolveNow(specifier, importer) {
      const { link, units } = port.askNow('resolve', { specifier, importer, kind: 'require', deleted: server.deleted() })
      server.offer(units)
      return link
    },
  })
  const hot = new HotModules({
    log,
    run: (label, callback) => processes.run(processes.newProcess({ label, kind: 'implicit' }), callback),
    namespace: (module) => server.table.get(module)?.values,
    own: (version, fn) => server.table.get(version.module)?.ownOf(version, fn) ?? fn,
    resolve: (specifier, importer) => moduleBehind(server, port, specifier, importer),
    reloadImporters(module) {
      const importers = server.importersOf(module)
      if (importers.length === 0) log(`${module} cannot be reloaded alone, and nobody imports it: restart the program`)
      for (const importer of importers) void code.l(importer)
    },
  })
  const stateHint = new StateHint()
  const handedHint = new HandedHint()
  const tellHanded = (instance: Instance, together: ReadonlySet<ModuleName>): void => {
    const { module } = instance.unit
    if (server.table.get(module)?.old === undefined) return
    const message = handedHint.of(instance, together, server.table)
    if (message !== undefined) port.notify({ type: 'log', level: 'warn', message })
  }
  preloadInChildren()
  tellTypeScript()
  takeOverUncaught({ log, outlives: (error) => implicit.exits.outlives(error) })
  const implicit = installImplicit({
    processes, places: stacks, log, opening,
    leftOver: (timer, run) => stale.leftOver(timer, run),
    onTopLevelFailed: reportTopLevel,
    rewrittenOf: (version) => unitOf(server, version)?.rewritten,
    runningVersions,
    functionAt: (version, index) => functionAt(server, version, index),
    isSameText: (one, other) => unitOf(server, one) !== undefined && unitOf(server, one)?.hash === unitOf(server, other)?.hash,
    exportersOf: (objects) => exportersOf(server.table, objects),
    isReloading: (module) => server.table.get(module)?.drafting !== undefined,
    hot,
  })
  hearMetadata(({ owner, name }) => {
    if (owner instanceof ExternalFuns) implicit.loadedBy.readMetadata(owner.module, shownName(name))
  })
  let shellProcess: Process | undefined
  const code = createCodeFunctions({
    server, port, throwIfEnded: processes.throwIfEnded, print: (text) => process.stdout.write(text),
    explain: (problems) => { if (processes.current() === shellProcess) process.stdout.write(`${problems}\n`) },
    current: processes.current, tellSelf: (message) => processes.send(processes.current().pid, message), embedded,
    lingers: (pid, version) => processes.lingering(version).some((process) => process.pid === pid),
  })
  const release = createRelease({
    processes, server, code, table: server.table, supervisor: api.supervisor, supervisorsAtRisk: api.supervisor.supervisorsAtRisk,
    isSticky: (record) => server.isSticky(record), isLoading: () => server.isLoading(),
    ask: (request) => port.ask('code', { ...request, nested: false }),
    digest: (module, text) => port.ask('digest', { module, text }),
  })
  Object.assign(own, { code, release })
  Reflect.set(globalThis, API, own)

  const commands = { ...api, release }
  const shell = createShell({
    processes: commands, code, release, write: (text) => process.stdout.write(text),
    async why(file, how) {
      const answer = await port.ask('why', { heap: true, ...how, module: file })
      if ('error' in answer) throw new Error(answer.message)
      return answer.text
    },
    modules: createShellModules({ server, port, natives }), pidOf: (id) => processes.table.pidOf(id),
    run: (fn) => processes.table.storage.run((shellProcess = liveShell(processes, shellProcess)), fn),
    check: () => serveAtSafepoint(port, traps, wake),
  })
  const ahead = new Ahead()
  port.handlers = createHandlers({
    server, processes, shell,
    picture: {
      table: server.table, processes,
      running: () => {
        const frames = stacks.running()
        return frames.length === 0 ? undefined : { process: processes.current(), frames }
      },
      supervisorsAtRisk: api.supervisor.supervisorsAtRisk,
    },
    ahead,
    valueOf: (text): unknown => (0, eval)(`(${text})`),
    pictureTaken(until) {
      told = undefined
      systemClock.clearTimer(fading)
      fading = until === undefined ? undefined : systemClock.setTimer(onChange, Math.max(0, until - systemClock.now()))
    },
    onChange,
    loadEnded(isTold) {
      untold = !isTold
      hold()
    },
    startProgram(params, reply) {
      keepAlive = params.keepAlive
      if (!keepAlive && !startsAgain) whenNothingIsLeft(processes, entry, server, port)
      startsAgain = false
      hold()
      startProgram(server, entry, { ...params, units: [...ahead.take(params.ahead), ...params.units] }, (outcome) => {
        startsAgain = isSuperseded(outcome) || isRepairable(outcome, params)
        hold()
        reply(outcome)
      })
    },
    release: {
      preview: (plan, options) => inOwnProcess(processes, () => release.preview(plan, options)),
      run: (plan, options) => inOwnProcess(processes, () => release.run(plan, options)),
    },
    openers: () => implicit.openers(),
    heldBy: (version) => implicit.heldBy(version),
    forgetGone: () => implicit.forgetGone(),
    positionsOf: (url) => stacks.positionsOf(url),
    shutdown: (exitCode) => exit(exitCode),
  })
  hold()
  stacks.install()
  showSourceOfExternalFuns()
  showWrittenSource({ units: () => unitsOf(server), inputOf: ({ module, hash }) => port.askNow('inputOf', { module, hash }) })
  showKindOfExternalFuns()
  keepIntegrityOfVersions()
  removeListenersByIdentity()
  // A package that names one of our files asks for the program.
  const program = (): string => entry.file ?? path.join(process.cwd(), 'program')
  answerNodesRequire(
    (specifier, file) => (server.table.isFile(file) ? file : path.isAbsolute(specifier) && !/[\\/]node_modules[\\/]/.test(specifier) ? program() : undefined),
    (specifier, importer, parent) => server.autoloader.requireNow(specifier, importer, parent),
  )
  answerNodesImport((specifier) => server.autoloader.importNow(specifier, program()))
}

/** Control rang while user code kept the thread busy: disarm the traps, then look what it wants. */
function serveAtSafepoint(port: MainPort, traps: Int32Array, wake: Int32Array): void {
  const used = Atomics.load(wake, 2)
  for (let slot = 0; slot <= used; slot++) Atomics.and(traps, slot, ~2)
  port.serveNow()
}

/** The shell's own process, made at its first line; a new one when somebody ended it. It is as strict as Erlang's. */
function liveShell(processes: ReturnType<typeof createProcesses>, known: Process | undefined): Process {
  if (known !== undefined && !known.ended) return known
  const made = processes.newProcess({ label: 'shell', kind: 'implicit' })
  made.purgedCode = 'throws'
  return made
}

/** What a top level that is not committed yet started belongs to it, whenever it runs. */
function loadingNow({ table }: ReturnType<typeof createProcesses>): VersionRecord | undefined {
  const ledger = table.storage.getStore()?.ledger
  return ledger?.state === 'draft' ? ledger.version : undefined
}

/** A module's top level is a process of its own; work it leaves behind belongs to it. */
function runTopLevel<T>(processes: ReturnType<typeof createProcesses>, label: string, prepare: (process: Process) => void, fn: (process: Process) => T): T {
  const process = processes.newProcess({ label, kind: 'implicit' })
  prepare(process)
  const result = processes.run(process, () => fn(process))
  if (process.mode === ENDED) throw new Error('the process that evaluated it was ended')
  if (!(result instanceof Promise)) return trusted(result, 'undefined only when the process was ended')
  // A top level that awaits may be ended while it does: then it never settles.
  const ended = new Promise<never>((_, reject) => process.pid.signal.addEventListener('abort', () => {
    if (process.mode === ENDED) reject(new Error('the process that evaluated it was ended'))
  }))
  return trusted(Promise.race([result, ended]), 'settles as fn\'s own promise does')
}

/** What is asked from outside is asked by a process of its own. */
const inOwnProcess = <T>(processes: ReturnType<typeof createProcesses>, fn: () => Promise<T>): Promise<T> =>
  processes.run(processes.newProcess({ label: 'upgrade command', kind: 'implicit' }), fn) ?? Promise.reject(new Error('the process that asked was ended'))

main()
