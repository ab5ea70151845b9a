// The peer's live room, Socket.IO: node live.js PORT [naive|batch]. Naive: a message to each of the room for each move. Batch: what moved within 50 ms in one.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [port, mode = 'naive'] = process.argv.slice(2);
const http = createServer((_, response) => response.end());
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
const moved = new Map();

io.on('connection', (socket) => {
  socket.on('join', (room, done) => { socket.join(room); socket.data.room = room; done(); });
  socket.on('move', (x, y) => {
    const { room } = socket.data;
    if (mode === 'naive') { socket.to(room).emit('cursor', { id: socket.id, x, y }); return; }
    if (!moved.has(room)) moved.set(room, new Map());
    moved.get(room).set(socket.id, { id: socket.id, x, y });
  });
});
if (mode === 'batch') {
  setInterval(() => {
    for (const [room, cursors] of moved) io.to(room).emit('cursors', [...cursors.values()]);
    moved.clear();
  }, 50);
}
http.listen(Number(port), '127.0.0.1');
