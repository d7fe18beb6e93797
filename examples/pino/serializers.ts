import type { Order } from './order'

export const serializers = {
  order: (order: Order) => ({ id: order.id, total: order.total(), card: order.card }),
}
