import { Module } from '@nestjs/common'
import type { MiddlewareConsumer, NestModule } from '@nestjs/common'
import { CatsModule } from './cats/cats.module'
import { VersionMiddleware } from './version.middleware'

@Module({ imports: [CatsModule] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(VersionMiddleware).forRoutes('*path')
  }
}
