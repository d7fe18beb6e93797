/** Erlang's figures for processes, in the same run; empty where Erlang is not installed. */
import { spawnSync } from 'node:child_process'
import { compileErlang, otpMissing, otpRelease } from './erlang'
import type { How } from './figures'
import { temporaryFolder } from './folders'

export type ErlangFigures = ReadonlyMap<string, readonly number[]>

let measured: ErlangFigures | undefined

export function erlangProcesses(how: How, processes: number): ErlangFigures {
  if (measured !== undefined) return measured
  if (otpRelease === undefined) {
    how.say(otpMissing)
    return (measured = new Map())
  }
  const folder = compileErlang('bench_processes', temporaryFolder())
  const rounds = how.quick ? '3' : '9'
  const { stdout, stderr, status } = spawnSync('erl', ['-noshell', '+P', '400000', '-pa', folder, '-run', 'bench_processes', 'main', rounds, String(processes)], { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) throw new Error(`erl ended with ${String(status)}: ${stdout}${stderr}`)
  return (measured = new Map(stdout.trim().split('\n').map((line): [string, number[]] => {
    const { m, samples } = JSON.parse(line) as { m: string; samples: number[] }
    return [m, samples]
  })))
}
