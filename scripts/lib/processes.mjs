/** Child processes that are never left behind. Only node: builtins. */
import { spawn, spawnSync } from 'node:child_process'

const windows = process.platform === 'win32'
/** Processes started by `startService`, ended with us whatever way we end (short of `kill -9`). */
const services = new Set()

const endAll = () => services.forEach(endNow)
process.on('exit', endAll)
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) process.on(signal, () => process.exit(code))

/** Ends the process and its descendants: a service leads a process group of its own. */
function endNow(child) {
  services.delete(child)
  if (child.pid === undefined || child.exitCode !== null) return
  if (windows) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already: that is what was wanted.
  }
}

/** Starts a long-lived process with piped output. `end()` ends it and everything it started. */
export function startService(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: !windows })
  services.add(child)
  child.on('exit', () => services.delete(child))
  return { child, end: () => endNow(child) }
}

/**
 * Runs a command to its end with our terminal. Resolves to its exit code: 1 when a signal ended it, 127 when there is no such command,
 * 124 when it was not done after `minutes` and was ended together with all it started.
 */
export function run(command, args, { minutes, ...options } = {}) {
  return new Promise((resolve) => {
    const limited = minutes !== undefined
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: windows, ...options, detached: limited && !windows })
    if (limited) services.add(child)
    const timer = limited ? setTimeout(late, minutes * 60_000) : undefined
    const conclude = (code) => {
      clearTimeout(timer)
      services.delete(child)
      resolve(code)
    }
    function late() {
      console.error(`not done after ${minutes} minutes: ${command} ${args.join(' ')}`)
      endNow(child)
      conclude(124)
    }
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      conclude(127)
    })
    child.on('exit', (code) => conclude(code ?? 1))
  })
}

/** Runs a command and keeps its output to itself unless it fails. @throws Error with the end of the output. */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: windows, ...options })
    let output = ''
    const keep = (chunk) => (output = (output + chunk).slice(-8000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}`))))
  })
}
