import assert from 'node:assert/strict'
import { FINISHED, type Process } from '../../../../src/runtime/process/process'
import { ProcessTable } from '../../../../src/runtime/process/processTable'

const request = (table: ProcessTable, n: number): Process => table.add({ label: `GET /users/${n}`, kind: 'implicit' })

function ends(table: ProcessTable, process: Process): void {
  process.mode = FINISHED
  table.remove(process)
}

describe('the table of processes', () => {
  it('lists and finds who lives, in order of birth, whether somebody looked before or not', () => {
    const table = new ProcessTable(() => 0)
    const all = Array.from({ length: 300 }, (_, n) => request(table, n))
    const spawned = table.add({ label: 'loop', kind: 'spawned' })
    for (const process of all.slice(0, 298)) ends(table, process)
    const left = [...all.slice(298), spawned]
    assert.deepEqual([...table.all()], left)
    assert.deepEqual(left.map(({ pid }) => table.find(pid)), left)
    assert.deepEqual([table.size, table.spawned, table.find(all[0]?.pid.id ?? 0)], [3, 1, undefined])
  })

  it('puts nobody into a crowd who has ended before anybody looked', () => {
    const table = new ProcessTable(() => 0)
    const all = Array.from({ length: 1000 }, (_, n) => request(table, n))
    for (const process of all.slice(0, 990)) ends(table, process)
    table.settle()
    assert.deepEqual(table.crowds.all().map(({ label, members }) => [label, members.size]), [['GET /users/*', 10]])
    for (const process of all.slice(990)) ends(table, process)
    assert.deepEqual([table.crowds.all(), table.crowds.crowded, table.size, [...table.all()]], [[], 0, 0, []])
  })

  it('counts one that began and ended between two looks as gone', () => {
    const table = new ProcessTable(() => 0)
    const one = request(table, 1)
    ends(table, one)
    assert.deepEqual([table.size, table.find(one.pid), table.page(0, 10)], [0, undefined, []])
  })
})
