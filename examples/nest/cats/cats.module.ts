import { Module } from '@nestjs/common'
import { CatsController } from './cats.controller'
import { CatsService } from './cats.service'
import { KeyGuard } from './key.guard'

@Module({ controllers: [CatsController], providers: [CatsService, KeyGuard] })
export class CatsModule {}
