/** `12:03:04` in local time. A moment, not a duration: it stays true while a message stands on the screen. */
export function clockTime(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')
}
