%% Looks every millisecond and prints what changed; compiles and loads a module when told to on standard input.
-module(bench_live).
-export([start/0, look/1]).

start() ->
    {ok, _} = application:ensure_all_started(compiler),
    spawn(fun() -> look(<<>>) end),
    obey().

look(Last) ->
    Now = m0:deep(),
    case Now of
        Last -> ok;
        _ -> io:put_chars(["@@LIVE ", Now, "\n"])
    end,
    receive after 1 -> ok end,
    ?MODULE:look(Now).

obey() ->
    case io:get_line('') of
        eof -> halt();
        Line ->
            ["c", Module] = string:lexemes(string:trim(Line), " "),
            _ = c:c(list_to_atom(Module)),
            obey()
    end.
