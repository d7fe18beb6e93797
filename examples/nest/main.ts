import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  const server = await app.listen(Number(process.env.PORT ?? 3000))
  const { port }: AddressInfo = server.address()
  console.log(`cats on http://localhost:${port}/cats`)
}

await bootstrap()
