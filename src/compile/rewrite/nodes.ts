import type { AnyNode } from 'acorn'

/** Of whatever kind the node is, its parts in the order of their fields. */
export const childrenOf = (node: AnyNode): AnyNode[] => Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value])).filter(isNode)

const isNode = (value: unknown): value is AnyNode => typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
