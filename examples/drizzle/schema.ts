import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const todos = sqliteTable('todos', {
  id: integer().primaryKey(),
  text: text().notNull(),
  done: integer({ mode: 'boolean' }).notNull().default(false),
})
