/** The far end of a raw link: takes what comes and forgets it. Prints its port; ends with its parent's signal. */
import net from 'node:net';

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  let takenBytes = 0;
  socket.on('data', (bytes) => {
    takenBytes += bytes.length;
  });
  // The sender's clock stops when its last byte was taken, not when the kernel had it.
  socket.on('end', () => socket.end(String(takenBytes)));
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1' }, () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ port: address !== null && typeof address === 'object' ? address.port : 0 })}\n`,
  );
});
