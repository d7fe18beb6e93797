import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import * as schema from './schema'

const client = createClient({ url: process.env.DATABASE_URL ?? 'file:todos.db' })

await client.execute('create table if not exists todos (id integer primary key, text text not null, done integer not null default 0)')

export const db = drizzle(client, { schema })
