import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common'
import { CatsService } from './cats.service'
import { KeyGuard } from './key.guard'

@Controller('cats')
export class CatsController {
  constructor(private readonly cats: CatsService) {}

  @Get()
  all(): readonly string[] {
    return this.cats.names()
  }

  @Get(':name')
  async one(@Param('name') name: string): Promise<{ readonly text: string }> {
    return { text: await this.cats.greet(name) }
  }

  @Post()
  @UseGuards(KeyGuard)
  add(@Body() cat: { readonly name: string }): { readonly count: number } {
    return { count: this.cats.add(cat.name) }
  }
}
