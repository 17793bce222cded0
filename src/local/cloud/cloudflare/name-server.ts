import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  streamEncode,
  TRUNCATED_RESPONSE,
  type Answer,
  type Packet,
} from 'dns-packet';
import type { Said } from './answers';
import type { ResolverBehaviour } from './model';

/** Response codes, as they stand in the flags. */
const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** A DNS server on loopback, over UDP and TCP on one port: authoritative, or a resolver that keeps answers. */
export interface NameServer {
  readonly name: string;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  behave(behaviour: ResolverBehaviour): void;
  stop(): Promise<void>;
}

interface Kept {
  said: Said;
  at: number;
  until: number;
}

/**
 * Starts a DNS server. `ask` gives what the zones say now; with `caching` each answer is kept for its TTL on the clock, and a
 * refusal or a name that is not there for half a minute.
 */
export async function startNameServer(options: {
  readonly name: string;
  readonly caching: boolean;
  readonly ask: (name: string, type: string) => Said;
  readonly now: () => number;
}): Promise<NameServer> {
  const { name, caching, ask, now } = options;
  const kept = new Map<string, Kept>();
  let behaviour: ResolverBehaviour = { kind: 'honest' };

  const said = (asked: string, type: string): Said => {
    if (!caching) return ask(asked, type);
    const key = `${asked.toLowerCase()} ${type}`;
    const found = kept.get(key);
    if (found !== undefined && now() < found.until) {
      const passed = Math.floor((now() - found.at) / 1000);
      return { ...found.said, answers: found.said.answers.map((answer) => aged(answer, passed)) };
    }
    const fresh = ask(asked, type);
    const ttls = fresh.answers.map((answer) => ('ttl' in answer ? (answer.ttl ?? 30) : 30));
    const life = Math.max(
      fresh.answers.length === 0 ? 30 : Math.min(...ttls),
      behaviour.kind === 'holds-on' ? behaviour.seconds : 0,
    );
    kept.set(key, { said: fresh, at: now(), until: now() + life * 1000 });
    return fresh;
  };

  /** The answer to a packet; `undefined` for none at all. */
  const respond = (request: Buffer): Packet | undefined => {
    const { id, questions = [] } = decode(request);
    const question = questions[0];
    if (behaviour.kind === 'silent' || question === undefined) return undefined;
    const packet = (code: number, answers: readonly Answer[] = []): Packet => ({
      type: 'response',
      ...(id === undefined ? {} : { id }),
      flags: (caching ? RECURSION_AVAILABLE : AUTHORITATIVE_ANSWER) | code,
      questions: [question],
      answers: [...answers],
    });
    if (behaviour.kind === 'refuses') return packet(codes.REFUSED);
    if (behaviour.kind === 'fails') return packet(codes.SERVFAIL);
    if (behaviour.kind === 'lies') {
      const { address } = behaviour;
      const lie: Answer = { type: 'A', name: question.name, ttl: 60, class: 'IN', data: address };
      return packet(codes.NOERROR, question.type === 'A' ? [lie] : []);
    }
    const { code, answers } = said(question.name, question.type);
    return packet(codes[code], answers);
  };

  const { udp, tcp } = await bound();
  udp.on('message', (request, from) => {
    const response = safely(() => respond(request));
    if (response === undefined) return;
    let bytes = encode(response);
    const room = roomOf(request);
    if (bytes.length > room) {
      bytes = encode({ ...response, flags: (response.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] });
    }
    udp.send(bytes, from.port, from.address);
  });
  const open = new Set<TcpSocket>();
  tcp.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    let gathered = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      gathered = Buffer.concat([gathered, chunk]);
      while (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE(0)) {
        const length = gathered.readUInt16BE(0);
        const request = gathered.subarray(2, 2 + length);
        gathered = gathered.subarray(2 + length);
        const response = safely(() => respond(request));
        if (response !== undefined) socket.write(streamEncode(response));
      }
    });
  });
  return {
    name,
    address: `127.0.0.1:${udp.address().port}`,
    behave: (next) => {
      behaviour = next;
    },
    async stop() {
      const closed = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** What is no DNS is not answered. */
function safely(respond: () => Packet | undefined): Packet | undefined {
  try {
    return respond();
  } catch {
    return undefined;
  }
}

/** Bytes that the asker takes over UDP. */
function roomOf(request: Buffer): number {
  const { additionals = [] } = decode(request);
  const opt = additionals.find((one) => one.type === 'OPT') as { udpPayloadSize?: number } | undefined;
  return Math.max(512, opt?.udpPayloadSize ?? 512);
}

function aged(answer: Answer, seconds: number): Answer {
  return 'ttl' in answer && answer.ttl !== undefined ? { ...answer, ttl: Math.max(0, answer.ttl - seconds) } : answer;
}

/** One free port for both: whichever UDP gets may be taken for TCP, so a few are tried. */
async function bound(): Promise<{ udp: Socket; tcp: Server }> {
  for (let attempt = 0; ; attempt += 1) {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = createServer();
    try {
      tcp.listen(port, '127.0.0.1');
      await once(tcp, 'listening');
      udp.unref();
      tcp.unref();
      return { udp, tcp };
    } catch (error) {
      udp.close();
      if (attempt > 20) throw error;
    }
  }
}
