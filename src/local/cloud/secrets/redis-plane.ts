import { createServer, type Server } from 'node:tls';
import type { ServerCertificate } from '../certificates';
import type { Issuers } from './issuers';

/** A Redis database as far as a key can be tried: TLS, `AUTH` and `PING` in the protocol's array form. */
export function createRedisPlane(certificate: ServerCertificate, issuers: Issuers, databaseId: string): Server {
  return createServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    let buffered = '';
    let authenticated = false;
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => {
      buffered += text;
      for (let taken = command(buffered); taken !== undefined; taken = command(buffered)) {
        buffered = taken.rest;
        const [name = '', ...given] = taken.words;
        if (name.toUpperCase() === 'AUTH') {
          authenticated = issuers.keyWorks(databaseId, given.at(-1) ?? '');
          socket.write(
            authenticated ? '+OK\r\n' : '-WRONGPASS invalid username-password pair or user is disabled.\r\n',
          );
        } else if (!authenticated) {
          socket.write('-NOAUTH Authentication required.\r\n');
        } else {
          socket.write(name.toUpperCase() === 'PING' ? '+PONG\r\n' : '-ERR unknown command\r\n');
        }
      }
    });
  });
}

/** The first whole command in a text; undefined while it is not whole. */
function command(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let rest = text.slice(head[0].length);
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(rest);
    const length = Number(size?.[1] ?? '0');
    if (size === null || rest.length < size[0].length + length + 2) return undefined;
    words.push(rest.slice(size[0].length, size[0].length + length));
    rest = rest.slice(size[0].length + length + 2);
  }
  return { words, rest };
}
