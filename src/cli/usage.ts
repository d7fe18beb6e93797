export const usage = `codeswitch: reload modules of a running program, as Erlang does

  codeswitch run [options] <entry> [argument ...]   run a program; what you save is live, old code may go on
  codeswitch shell [options] [entry]                Erlang's shell: JavaScript lines, c(m), l(m), flush(), help()

Options of both
  --root <folder>          module names are paths from here (default: the working directory)
  --node <executable>      the Node that runs the program (default: node on the PATH)
  --node-arg <argument>    for that Node, as --node-arg=--inspect; once for each
  --include <glob>         which files are modules, from the root; once for each (default: all but node_modules)
  --exclude <glob>         which are not; once for each
Options of run
  --purge-policy <policy>  when a save needs the place of old code in which somebody lingers:
                           soft: wait until they have left (default); brutal: end them
  --purge-grace <ms>       what somebody on the way out gets before that counts (default: 0)
  --no-watch               saves load nothing
Options of shell
  --json                   one JSON object a line: {"ok":true,"value":...} or {"ok":false,"error":{"name","message"}}
  --version, --help

The program's exit code is ours. Wrong usage is 2.
`
