import type { Handed } from '../../protocol/unit'
import type { Binding, OwnBinding } from './bindings'

/** How a name is used where it stands; `object`: a member is read, `right`: of `instanceof`. */
export type ImportUse = 'value' | 'call' | 'receiver' | 'object' | 'construct' | 'right' | 'assign'

/** `f`, or `exports.f`: the name it begins with, and under which name others know it. */
export interface ExportedAt {
  readonly name: string
  readonly text: string
  readonly exported: string
  readonly binding: OwnBinding | undefined
  /** Where the top level uses it; Infinity in code that runs later. */
  readonly usedAt: number
}

export type Reference =
  | {
      readonly kind: 'import'
      readonly name: string
      readonly binding: Binding & { readonly kind: 'import' }
      readonly edit: number
      readonly use: ImportUse
      /** `{ f }`: the name must stay as the key. */
      readonly shorthand: boolean
      /** First thing of an expression statement: must not start with `(`, where no semicolon ends the line before. */
      readonly first: boolean
      /** The next character is the parenthesis of the call. */
      readonly direct: boolean
      /** Where the top level takes it; -1 in code that runs later. */
      readonly takenAt: number
      /** A decorator takes it. */
      readonly decorating: boolean
      /** `ns.member`. */
      readonly member: string | undefined
    }
  /** A class of the outermost scope as a value. */
  | { readonly kind: 'class'; readonly name: string; readonly edit: number; readonly shorthand: boolean }
  /** What the module exports, as a value (see external.ts); something that is compared with it; a member of it. */
  | (ExportedAt & { readonly kind: 'own'; readonly compared: boolean; readonly edit: number; readonly shorthand: boolean; readonly first: boolean })
  | (ExportedAt & { readonly kind: 'compared'; readonly isFirst: boolean; readonly open: number; readonly close: number })
  | { readonly kind: 'member'; readonly name: string; readonly binding: OwnBinding }
  /** What `require` answered, taken by the top level: one member, or all. */
  | { readonly kind: 'taken'; readonly name: string; readonly specifier: string; readonly member: string; readonly takenAt: number }
  /** What a name of the outermost scope holds is changed by a function. */
  | { readonly kind: 'changed'; readonly name: string; readonly binding: Binding & { readonly kind: 'own' } }
  | { readonly kind: 'assign'; readonly name: string; readonly binding: OwnBinding; readonly end: number; readonly inFunction: boolean }
  /** What an import shows, or what `require` answered, is passed on by a function (`fn`). */
  | { readonly kind: 'passed'; readonly name: string; readonly open: number; readonly close: number; readonly from: Exclude<Binding, { readonly kind: 'given' }>; readonly fn: number }
  /** A function answers what a variable of the outermost scope holds. */
  | { readonly kind: 'answered'; readonly name: string }
  /** Functions are given to what an import shows. */
  | { readonly kind: 'handed'; readonly name: string; readonly handed: Handed }
  | { readonly kind: 'require'; readonly name: string; readonly specifier: string }

/**
 * A lexical scope, only as far as it matters: it records names that shadow an import or a top-level binding, and references to
 * those that are still open. A name may be declared behind its use, so references are settled when the scope closes.
 */
export class Scope {
  private names: Set<string> | undefined
  private open: Reference[] | undefined

  constructor(private readonly parent: Scope | undefined) {}

  get isOutermost(): boolean {
    return this.parent === undefined
  }

  declare(name: string): void {
    if (this.parent === undefined) return
    this.names ??= new Set()
    this.names.add(name)
  }

  /** An inner scope has declared the name already. */
  isShadowed(name: string): boolean {
    return this.names?.has(name) === true || this.parent?.isShadowed(name) === true
  }

  refer(reference: Reference): void {
    this.open ??= []
    this.open.push(reference)
  }

  /** The references to a name that are still open; they end here. */
  take(name: string): readonly Reference[] {
    const taken = this.open?.filter((reference) => reference.name === name) ?? []
    if (taken.length > 0) this.open = this.open?.filter((reference) => reference.name !== name)
    return taken
  }

  /** Hands what was not declared here to the scope outside; the outermost one returns it. */
  close(): readonly Reference[] {
    const open = this.open
    if (open === undefined) return []
    if (this.parent === undefined) return open
    if (this.names === undefined && this.parent.open === undefined) {
      this.parent.open = open
      return []
    }
    for (const reference of open) {
      if (this.names?.has(reference.name) !== true) this.parent.refer(reference)
    }
    return []
  }
}
