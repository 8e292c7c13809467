// The fan-out as one would write it with npm's ws: node ws_server.js PAYLOADS CLIENTS SYMBOLS PER_CLIENT UPDATES_PER_SECOND
'use strict';
const fs = require('fs');
const { WebSocketServer } = require('ws');

const [payloadFile, allClients, symbols, perClient, updatesPerSecond] = process.argv.slice(2).map((v, i) => (i === 0 ? v : Number(v)));
const payloads = fs.readFileSync(payloadFile, 'utf8').trimEnd().split('\n').map((line) => Buffer.from(line));
const subscribers = Array.from({ length: symbols }, () => new Set());
const MAX_WAITING = 1 << 20; // unsent bytes of a client, above which it goes without
const MAX_UPDATES = 4096;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
let clients = 0;
server.on('connection', (socket) => {
  const own = [];
  const number = clients;
  for (let i = 0; i < perClient; ++i) own.push((number + Math.floor((i * symbols) / perClient)) % symbols);
  for (const symbol of own) subscribers[symbol].add(socket);
  if (++clients === allClients && perClient > 0) begin();
  socket.on('close', () => own.forEach((symbol) => subscribers[symbol].delete(socket)));
});
server.on('listening', () => console.log(`listening on ${server.address().port}`));

let next = 0;
let planned;
function burst() {
  const now = performance.now();
  planned = Math.max(planned, now - 500);
  const count = Math.floor(((now - planned) * updatesPerSecond) / 1000);
  planned += (count * 1000) / updatesPerSecond;
  for (let i = 0; i < Math.min(count, MAX_UPDATES); ++i) {
    for (const socket of subscribers[next])
      if (socket.bufferedAmount < MAX_WAITING) socket.send(payloads[next], { binary: false });
    next = (next + 1) % symbols;
  }
}
function begin() {
  planned = performance.now();
  setInterval(burst, 1);
}
process.on('SIGTERM', () => process.exit(0));
