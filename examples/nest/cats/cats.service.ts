import { Injectable } from '@nestjs/common'
import { shelter } from './shelter'

@Injectable()
export class CatsService {
  names(): readonly string[] {
    return [...shelter]
  }

  async greet(name: string): Promise<string> {
    return shelter.has(name) ? `${name} says miaow` : `no cat is called ${name}`
  }

  add(name: string): number {
    return shelter.add(name).size
  }
}
