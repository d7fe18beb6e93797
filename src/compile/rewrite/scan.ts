/** Offset of the next `token` outside of comments, from a place that is between tokens. */
export function findToken(code: string, from: number, token: string): number {
  let at = from
  while (at < code.length && !code.startsWith(token, at)) at = afterComment(code, at)
  return at
}

/** Behind the comment that starts here, or one further. */
function afterComment(code: string, at: number): number {
  if (code.startsWith('//', at)) return lineEnd(code, at)
  if (code.startsWith('/*', at)) return code.indexOf('*/', at + 2) + 2
  return at + 1
}

function lineEnd(code: string, from: number): number {
  for (let at = from; at < code.length; at++) {
    const unit = code.charCodeAt(at)
    if (unit === 10 || unit === 13 || unit === 0x2028 || unit === 0x2029) return at
  }
  return code.length
}
