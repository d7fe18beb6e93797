/** How a module asks for another. `import()` is an `import`. */
export type ImportKind = 'import' | 'require'

/** Code and wording of Node's own error. */
export interface ResolveFailure {
  readonly code:
    | 'ERR_MODULE_NOT_FOUND' | 'MODULE_NOT_FOUND' | 'ERR_PACKAGE_PATH_NOT_EXPORTED' | 'ERR_PACKAGE_IMPORT_NOT_DEFINED'
    | 'ERR_UNKNOWN_BUILTIN_MODULE' | 'ERR_INVALID_MODULE_SPECIFIER'
  readonly message: string
  /** Absolute paths, with or without extension: a file or folder that comes to be there may be what was asked for. */
  readonly wanted?: readonly string[]
}

/** Where a specifier leads. */
export type Resolution =
  /** A module of the workspace. `file`: absolute, symlinks resolved. */
  | { readonly kind: 'module'; readonly file: string }
  /** For Node itself: `node:fs`, an absolute path, a `data:` URL, or `codeswitch`, which the runtime provides. */
  | { readonly kind: 'native'; readonly target: string }
  | ({ readonly kind: 'failed' } & ResolveFailure)
