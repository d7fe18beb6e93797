/**
 * Rows -> a native tree view. One of these stands behind each of the three views; what differs is only the function that
 * makes the rows. A row keeps its node as long as its id lives, and only rows that look different are refreshed, so
 * selection, expansion and scrolling survive every reload. Nothing is computed while the view is hidden.
 */
import * as vscode from 'vscode'
import type { Icon, Row, Target } from './row'
import { looksSame } from './row'
import { THROTTLE_MS } from './throttle'

/** The element type of all our trees: what commands get when they are invoked on a row. */
export class RowNode {
  children: readonly RowNode[] = []
  constructor(public row: Row, readonly key: string, readonly parent: RowNode | undefined) {}
  get target(): Target {
    return this.row.target
  }
}

export interface RowTreeOptions {
  readonly id: string
  readonly rows: () => readonly Row[]
  /** Called when the person opens a row (click or Enter); undefined when a row opens nothing. */
  readonly open: (row: Row) => vscode.Command | undefined
}

export class RowTree implements vscode.TreeDataProvider<RowNode>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<RowNode[] | undefined>()
  readonly onDidChangeTreeData = this.emitter.event
  readonly view: vscode.TreeView<RowNode>
  private nodes = new Map<string, RowNode>()
  private roots: readonly RowNode[] = []
  private timer: NodeJS.Timeout | undefined
  private stale = true
  private readonly subscription: vscode.Disposable

  constructor(private readonly options: RowTreeOptions) {
    this.view = vscode.window.createTreeView(options.id, { treeDataProvider: this, showCollapseAll: true })
    this.subscription = this.view.onDidChangeVisibility(({ visible }) => {
      if (visible && this.stale) this.update()
    })
  }

  /** Says that the rows may have changed; at most one update per interval, none while hidden. */
  invalidate(): void {
    this.stale = true
    if (this.timer !== undefined || !this.view.visible) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      if (this.view.visible) this.update()
    }, THROTTLE_MS)
  }

  getChildren(node?: RowNode): RowNode[] {
    if (node === undefined && this.stale) this.adopt()
    return [...(node?.children ?? this.roots)]
  }

  getParent(node: RowNode): RowNode | undefined {
    return node.parent
  }

  getTreeItem(node: RowNode): vscode.TreeItem {
    const { row } = node
    const item = new vscode.TreeItem(row.label, collapsible(row))
    item.id = node.key
    item.description = row.description
    item.iconPath = themeIcon(row.icon)
    item.contextValue = row.flags.join(' ')
    item.accessibilityInformation = { label: row.description === '' ? row.label : `${row.label}, ${row.description}` }
    const command = this.options.open(row)
    if (command !== undefined) item.command = command
    return item
  }

  resolveTreeItem(item: vscode.TreeItem, node: RowNode): vscode.TreeItem {
    item.tooltip = node.row.tooltip
    return item
  }

  /** What stands above the rows; undefined for nothing. */
  setMessage(message: string | undefined): void {
    const text = message ?? ''
    if ((this.view.message ?? '') !== text) this.view.message = text
  }

  /** Shows a row, selected. Does nothing when it is not there (any more). */
  async reveal(id: string): Promise<void> {
    if (this.stale) this.update()
    const node = this.nodes.get(id)
    if (node !== undefined) await this.view.reveal(node, { select: true, focus: true, expand: true })
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.subscription.dispose()
    this.view.dispose()
    this.emitter.dispose()
  }

  private update(): void {
    const { rootsChanged, changed } = this.adopt()
    if (rootsChanged) this.emitter.fire(undefined)
    else if (changed.length > 0) this.emitter.fire(changed)
  }

  /** Takes over the new rows into the nodes that stand for the same ids. */
  private adopt(): { rootsChanged: boolean; changed: RowNode[] } {
    this.stale = false
    const next = new Map<string, RowNode>()
    const changed: RowNode[] = []
    const place = (rows: readonly Row[], parent: RowNode | undefined): RowNode[] => rows.map((row) => {
      const key = unused(next, row.id)
      const known = this.nodes.get(key)
      const node = known !== undefined && known.parent === parent ? known : new RowNode(row, key, parent)
      next.set(key, node)
      const before = { row: node.row, keys: node.children.map((child) => child.key).join('\n') }
      node.row = row
      node.children = place(row.children, node)
      if (node === known && (!looksSame(before.row, row) || before.keys !== node.children.map((child) => child.key).join('\n'))) changed.push(node)
      return node
    })
    const before = this.roots.map((node) => node.key).join('\n')
    this.roots = place(this.options.rows(), undefined)
    this.nodes = next
    return { rootsChanged: before !== this.roots.map((node) => node.key).join('\n'), changed }
  }
}

/** VS Code refuses two rows with one id: better a row whose selection is not kept than no tree. */
function unused(taken: ReadonlyMap<string, RowNode>, id: string): string {
  let key = id
  for (let n = 2; taken.has(key); n++) key = `${id}#${n}`
  return key
}

function collapsible(row: Row): vscode.TreeItemCollapsibleState {
  if (row.children.length === 0) return vscode.TreeItemCollapsibleState.None
  return row.expanded ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed
}

export const themeIcon = (icon: Icon): vscode.ThemeIcon => icon.color === undefined ? new vscode.ThemeIcon(icon.id) : new vscode.ThemeIcon(icon.id, new vscode.ThemeColor(icon.color))
