export const shellHelp = `JavaScript, one line at a time; await is allowed; _ is the last value; what a line declares stays.
A module's name is its namespace: t.start(). Where a module is meant, t, 't' and 'src/t' are the same.

  c(m)              compile and load            l(m)              load (ends who lingers in old code)
  lc(m)             compile only                nl(m)             load on every node
  lm()              load what was modified      mm()              what was modified
  m(), m(m)         loaded modules, one module  await mod('src/t')   a module's namespace by its name
  purge(m)          drop old code, ending who lingers there
  softPurge(m)      drop old code if nobody lingers
  del(m)            current code becomes old    rollback(m)       old code becomes current again
  checkOldCode(m)   is there old code?          versions(m)       the numbers in the two slots
  why(m)            what keeps its versions; the program stands still while the heap is copied: why(m, { heap: false })

  previewUpgrade(f) what an upgrade plan (*.upgrade.json) would do; runUpgrade(f) does it, runUpgrade(f, 'down') the way back

  i(), i(0, 40, 0)  processes, one process      regs()            registered names
  self()            the shell's own pid         pid(0, 40, 0)     a pid from its number
  whereis('t')      pid of a name               send(p, message)  to a pid or a name
  monitor(p)        DOWN message when it ends   flush()           print and drop the shell's messages
  spawn(f), link(p), exit(p, 'kill'), receive(pattern, { after: ms }) and all of "codeswitch"
  code_switch(p)    send 'code_switch'

  b()               the shell's variables       f(), f('x')       forget all of them, one of them
  memory()          bytes                       uptime()          how long the runtime runs
  help()            this text
`
