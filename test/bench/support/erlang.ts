/** The same workload in Erlang, where Erlang is installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from '../../../scripts/lib/paths.mjs'
import { programFile } from './folders'
import { childrenOf, nextOf, type Workload } from './workload'

const found = spawnSync('erl', ['-noshell', '-eval', 'io:put_chars(erlang:system_info(otp_release)), halt().'], { encoding: 'utf8', timeout: 20_000 })

/** The OTP release; undefined when there is no `erl`. */
export const otpRelease: string | undefined = found.status === 0 && spawnSync('erlc', ['-help']).error === undefined ? found.stdout.trim() : undefined
export const otpMissing = 'Erlang is not installed: its rows are left out (Debian: apt-get install erlang-base erlang-dev)'

/** Compiles a module of ours. @returns the folder with the beam */
export function compileErlang(name: string, folder: string): string {
  execFileSync('erlc', ['-o', folder, programFile(`${name}.erl`)], { stdio: 'inherit' })
  return folder
}

export function writeErlangWorkload(folder: string, n: number): Workload {
  const ready = compiledOnce(n)
  cpSync(ready, folder, { recursive: true })
  const leaf = n - 1
  return { folder, leaf: `m${leaf}`, save: (version) => writeFileSync(path.join(folder, `m${leaf}.erl`), moduleText(leaf, n, version)) }
}

/** Compiling 1000 modules takes erlc half a minute: kept for the next run. */
function compiledOnce(n: number): string {
  const key = createHash('sha256').update(`${otpRelease ?? ''}${moduleText(0, n, 'v0')}${moduleText.toString()}`).digest('hex').slice(0, 12)
  const ready = path.join(cacheFolder(), `erlang-workload-${n}-${key}`)
  if (existsSync(ready)) return ready
  const fresh = `${ready}.part-${process.pid}`
  mkdirSync(fresh, { recursive: true })
  for (let i = 0; i < n; i++) writeFileSync(path.join(fresh, `m${i}.erl`), moduleText(i, n, 'v0'))
  execFileSync('sh', ['-c', `erlc m*.erl`], { cwd: fresh, stdio: 'inherit' })
  compileErlang('bench_live', fresh)
  renameSync(fresh, ready)
  return ready
}

const moduleText = (i: number, n: number, version: string): string => `-module(m${i}).
-export([version/0, deep/0, score/1, new/0, add/2, on/2, total/2, sum/1, classify/1, handle/2]).

-record(item, {id :: integer(), name :: binary(), tags = [] :: [binary()], weight = 1 :: number()}).
-record(registry, {items = #{} :: map(), handlers = [] :: [fun()]}).

new() ->
    R0 = #registry{},
    R1 = on(fun(#item{id = Id}, Depth) -> Id + Depth end, R0),
    add(#item{id = ${i}, name = <<"item-${i}">>}, R1).

add(#item{id = Id, tags = Tags} = Item, #registry{items = Items} = R) ->
    R#registry{items = Items#{Id => Item#item{tags = [<<"m${i}">> | Tags]}}}.

on(Handler, #registry{handlers = Hs} = R) ->
    R#registry{handlers = [Handler | Hs]}.

total(Depth, #registry{items = Items, handlers = Hs}) ->
    maps:fold(fun(_, Item, Acc) ->
        lists:foldl(fun(H, A) -> A + H(Item, Depth) * Item#item.weight end, Acc, Hs)
    end, 0, Items).

version() -> <<"${version}">>.

deep() ->
    ${nextOf(i, n) === undefined ? 'version().' : `<<(version())/binary, "|", (m${nextOf(i, n) ?? 0}:deep())/binary>>.`}

score(Depth) ->
    Parts = [${childrenOf(i, n).map((k) => `m${k}:score(Depth + 1)`).join(', ')}],
    sum(Parts) + total(Depth, new()).

sum([]) -> 0;
sum([H | T]) -> H + sum(T).

classify(N) when N < 0 -> negative;
classify(0) -> zero;
classify(N) when N < 10 -> small;
classify(N) when N < 100 -> medium;
classify(_) -> large.

handle({add, Item}, R) -> add(Item, R);
handle({on, H}, R) -> on(H, R);
handle({total, From, Depth}, R) -> From ! {total, total(Depth, R)}, R;
handle(_Other, R) -> R.
`
