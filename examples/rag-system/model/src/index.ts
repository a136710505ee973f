// Starts the stand-in model provider. It carries no SDK: it plays the outside world.
import type { AddressInfo } from 'node:net'
import { createEncoder } from './encoder.js'
import { remembering } from './remembering.js'
import { createModelServer } from './server.js'

const encoder = process.env.REMEMBER_VECTORS === '1' ? remembering(createEncoder()) : createEncoder()
const server = createModelServer({ encoder, pieceDelayMs: Number(process.env.PIECE_DELAY_MS ?? 15) })
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }))
})
