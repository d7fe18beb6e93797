%% The process figures of Erlang, one JSON object a line: {"m": name, "samples": [...]}.
-module(bench_processes).
-export([main/1, idle/0, echo/0, nothing/0]).

main([Rounds0, Processes0]) ->
    Rounds = list_to_integer(Rounds0),
    N = list_to_integer(Processes0),
    tell("spawn", [spawns(20000) || _ <- lists:seq(1, Rounds)]),
    tell("roundTrip", [round_trips(100000) || _ <- lists:seq(1, Rounds)]),
    tell("memory", [memory(N)]),
    {Soft, Purge} = purges(N, N div 100, Rounds),
    tell("softPurge", Soft),
    tell("purge", Purge),
    {_, All} = purges(0, N, Rounds),
    tell("purgeAll", All),
    halt().

tell(Name, Samples) ->
    Texts = [io_lib:format("~.6f", [float(Sample)]) || Sample <- Samples],
    io:format("{\"m\":\"~s\",\"samples\":[~s]}~n", [Name, lists:join(",", Texts)]).

now_us() -> erlang:monotonic_time(nanosecond) / 1000.

nothing() -> ok.
idle() -> receive stop -> ok end.
echo() -> receive {From, X} -> From ! X, echo(); stop -> ok end.

%% Until all of them have ended.
spawns(N) ->
    T = now_us(),
    Self = self(),
    spawn_all(N - 1),
    spawn(fun() -> Self ! done end),
    receive done -> ok end,
    (now_us() - T) / N.

spawn_all(0) -> ok;
spawn_all(N) -> spawn(?MODULE, nothing, []), spawn_all(N - 1).

round_trips(N) ->
    Echo = spawn(?MODULE, echo, []),
    T = now_us(),
    trips(Echo, N),
    Us = (now_us() - T) / N,
    Echo ! stop,
    Us.

trips(_, 0) -> ok;
trips(Echo, N) -> Echo ! {self(), N}, receive N -> ok end, trips(Echo, N - 1).

memory(N) ->
    Before = erlang:memory(total),
    Pids = [spawn(?MODULE, idle, []) || _ <- lists:seq(1, N)],
    Bytes = (erlang:memory(total) - Before) / N,
    [Pid ! stop || Pid <- Pids],
    Bytes.

%% N processes, of which Few are in the old code of another module.
purges(N, Few, Rounds) ->
    [spawn(?MODULE, idle, []) || _ <- lists:seq(1, N)],
    Binary = victim(),
    lists:unzip([purge_once(Binary, Few) || _ <- lists:seq(1, Rounds)]).

purge_once(Binary, Few) ->
    code:purge(bench_victim),
    {module, bench_victim} = code:load_binary(bench_victim, "bench_victim", Binary),
    [spawn(bench_victim, wait, []) || _ <- lists:seq(1, Few)],
    timer:sleep(50 + Few div 500),
    code:delete(bench_victim),
    T0 = now_us(),
    false = code:soft_purge(bench_victim),
    T1 = now_us(),
    true = code:purge(bench_victim),
    T2 = now_us(),
    {(T1 - T0) / 1000, (T2 - T1) / 1000}.

victim() ->
    Text = "-module(bench_victim). -export([wait/0]). wait() -> receive stop -> ok end.",
    {ok, Tokens, _} = erl_scan:string(Text),
    Forms = [begin {ok, Form} = erl_parse:parse_form(F), Form end || F <- split(Tokens, [], [])],
    {ok, bench_victim, Binary} = compile:forms(Forms),
    Binary.

split([], _, Forms) -> lists:reverse(Forms);
split([{dot, _} = Dot | Rest], Form, Forms) -> split(Rest, [], [lists:reverse([Dot | Form]) | Forms]);
split([Token | Rest], Form, Forms) -> split(Rest, [Token | Form], Forms).
