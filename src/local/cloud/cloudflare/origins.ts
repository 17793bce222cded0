import type { ServerResponse } from 'node:http';
import type { CloudflareState } from './state';

/** Places that origins are looked at from, and the address of each one's probe door. */
export const vantagePoints = [
  { place: 'westeurope', door: 'https://func-caretaker-weu-001.azurewebsites.net/api/dns/probe' },
  { place: 'northeurope', door: 'https://func-caretaker-neu-001.azurewebsites.net/api/dns/probe' },
  { place: 'eastus', door: 'https://func-caretaker-eus-001.azurewebsites.net/api/dns/probe' },
] as const;

/**
 * `GET /probe/{place}?url=...`: what an origin looks like from there, in the words of Caretaker's own probe door. An origin
 * that nobody has said anything about is healthy.
 */
export function originProbe(state: CloudflareState, url: URL, response: ServerResponse): void {
  const place = url.pathname.split('/')[2] ?? '';
  const target = URL.parse(url.searchParams.get('url') ?? '');
  const known = vantagePoints.some((one) => one.place === place);
  if (!known || target === null) {
    send(response, known ? 400 : 404, { error: known ? 'url must be an absolute address' : `no place ${place}` });
    return;
  }
  const origin = state.origins.get(target.hostname);
  const healthy = origin?.seenBy?.[place] ?? origin?.healthy ?? true;
  send(response, 200, {
    healthy,
    detail: healthy ? 'answered 200' : 'no answer within 5 seconds',
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
