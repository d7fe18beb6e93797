export class Order {
  constructor(readonly id: number, readonly prices: readonly number[], readonly card: string) {}

  total(): number {
    return this.prices.reduce((sum, price) => sum + price, 0)
  }
}
