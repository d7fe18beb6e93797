/** The wiring diagram: save -> queue -> host -> snapshot -> views. Built in that order; nothing here decides anything. */
import * as vscode from 'vscode'
import type { CodeswitchApi } from './views/api'
import { NodeHost } from './host/nodeHost'
import { registerCommands } from './views/commands/register'
import { CodeDocuments } from './views/codeDocuments'
import { keepContextKeys } from './views/contextKeys'
import { createApi } from './views/createApi'
import { createHistoryTree } from './views/history'
import { HistoryLog } from './views/history/historyLog'
import { followHost } from './views/hostEvents'
import { ModulesView } from './views/modules'
import { nodeHostOptions } from './views/nodeHostOptions'
import { ProblemsPanel } from './views/problemsPanel'
import { ProcessesView } from './views/processes'
import { createProgramOutput } from './views/programOutput'
import { registerPrompts } from './views/prompts'
import { Reload } from './views/reload'
import { Settings } from './views/settings'
import { ShellTerminals } from './views/shellTerminal'
import { registerStackLinks } from './views/stackLinkProviders'
import { StatusBar } from './views/statusBar'
import { PRODUCT, texts } from './views/texts'
import { systemClock } from './save/clock'
import { SaveQueue } from './save/saveQueue'
import { gitIsBusy, SavedFiles } from './save/savedFiles'

export function activate(context: vscode.ExtensionContext): CodeswitchApi {
  const own = <T extends vscode.Disposable>(item: T): T => (context.subscriptions.push(item), item)
  const settings = new Settings()
  const log = own(vscode.window.createOutputChannel(PRODUCT, { log: true }))
  const program = createProgramOutput()
  own(program.channel)
  const host = own(new NodeHost(nodeHostOptions(settings, context.asAbsolutePath('dist'), log, program.append)))
  const reload = new Reload(host, (message) => log.warn(message))
  const queue = own(new SaveQueue({ load: (paths, origin) => reload.load(paths, origin), quietMs: 30, clock: systemClock, busy: () => gitIsBusy(settings.root ?? '') }))
  own(host.onDidLoadWait(({ modules }) => {
    log.warn(texts.loadWaits(modules))
    reload.wait(modules)
    queue.goOn()
  }))
  own(new SavedFiles({ host, queue, mode: (path) => settings.reloadOnSave(path), root: settings.root, log: (message) => log.warn(message) }))

  const history = own(new HistoryLog())
  own(host.onDidLoad((report) => history.add(report)))
  const documents = own(new CodeDocuments(host))
  const shells = own(new ShellTerminals(host))
  const modules = own(new ModulesView(host))
  const processes = own(new ProcessesView(host))
  own(createHistoryTree(history))
  own(new ProblemsPanel(host))
  const status = own(new StatusBar(() => ({ snapshot: host.snapshot, last: history.reports[0], loading: reload.isLoading, waiting: reload.waiting })))
  own(vscode.Disposable.from(host.onDidChange(() => status.invalidate()), reload.onDidChange(() => status.invalidate())))
  own(registerStackLinks(host, documents))
  own(registerCommands({ host, settings, history, documents, shells, modules, processes, log, output: program.channel }))
  own(registerPrompts(host, modules))
  own(keepContextKeys(host, () => settings.entry !== undefined))
  own(followHost(host, settings, log))
  if (settings.autoStart && settings.entry !== undefined) void vscode.commands.executeCommand('codeswitch.start', {})
  return createApi(host)
}
