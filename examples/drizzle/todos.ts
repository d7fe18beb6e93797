import { count, eq, sql } from 'drizzle-orm'
import { db } from './db'
import { todos } from './schema'

export class Todos {
  all() {
    return db.select().from(todos)
  }

  async add(text: string) {
    const [todo] = await db.insert(todos).values({ text }).returning()
    return todo
  }

  /** Both or none. */
  async replace(id: number, text: string) {
    return db.transaction(async (tx) => {
      await tx.update(todos).set({ done: true }).where(eq(todos.id, id))
      const [todo] = await tx.insert(todos).values({ text }).returning()
      return todo
    })
  }

  /** `writes` are those of this connection. */
  async figures() {
    const [{ open } = { open: 0 }] = await db.select({ open: count() }).from(todos).where(eq(todos.done, false))
    const { writes } = await db.get<{ writes: number }>(sql`select total_changes() as writes`)
    return { open, writes }
  }
}
